// A bound on the bytes that many hold together, such as the bodies of all requests at once.
#pragma once

#include <atomic>
#include <cstddef>

namespace roomle_sim {

// Threads: any.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t most) : left_(most) {}

  // False: there are not so many left, and nothing was taken.
  bool take(std::size_t bytes) {
    std::size_t left = left_;
    do {
      if (left < bytes) return false;
    } while (!left_.compare_exchange_weak(left, left - bytes));
    return true;
  }
  void give_back(std::size_t bytes) { left_ += bytes; }

 private:
  std::atomic<std::size_t> left_;
};

// What one of them holds; given back at its end. Threads: one at a time. The budget outlives it.
class BudgetShare {
 public:
  explicit BudgetShare(ByteBudget& budget) : budget_(budget) {}
  ~BudgetShare() { budget_.give_back(held_); }
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;

  bool grow(std::size_t bytes) {
    if (!budget_.take(bytes)) return false;
    held_ += bytes;
    return true;
  }

 private:
  ByteBudget& budget_;
  std::size_t held_ = 0;
};

}  // namespace roomle_sim
