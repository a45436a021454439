// Wakes whoever waits for anything new to happen: no polling, and nothing missed in between.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace roomle_sim {

// Threads: all functions may be called from any.
class Bell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      ++rung_;
    }
    changed_.notify_all();
  }
  // Ends all waits, now and later.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  // How often it rang. Asked for before one looks around, so that wait() misses nothing since.
  [[nodiscard]] std::uint64_t rung() const {
    const std::lock_guard lock(mutex_);
    return rung_;
  }
  // Returns once it rang more often than `heard`, was closed, or `deadline` has come.
  void wait(std::uint64_t heard, std::chrono::steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] { return closed_ || rung_ > heard; });
  }
  // Returns when `when` has come; false where it was closed before.
  bool wait_until(std::chrono::steady_clock::time_point when) const {
    std::unique_lock lock(mutex_);
    return !changed_.wait_until(lock, when, [&] { return closed_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t rung_ = 0;
  bool closed_ = false;
};

}  // namespace roomle_sim
