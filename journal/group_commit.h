// Many threads each hand in an item and wait until it is on the disk; one commit takes all that
// have gathered.
//
// Leader and followers under one mutex, as LevelDB's writers do it: who finds nobody before him
// leads, commits what stands in the queue, and tells the others; meanwhile the next group gathers.
// Against a thread of its own for writing this saves two changes of thread where one caller is
// alone, has nothing to start or stop, and the more callers there are, the larger the groups grow
// by themselves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"

namespace roomle_sim {

// Contract. Threads: submit() may be called from any; `commit` is called by one at a time, with the
// items in the order in which they came, and without the mutex.
template <class Item>
class GroupCommit {
 public:
  using Commit = std::function<std::optional<Error>(std::span<const Item* const>)>;
  explicit GroupCommit(Commit commit) : commit_(std::move(commit)) {}

  // Returns when the commit that holds the item has ended; its error is the error of all in it.
  std::optional<Error> submit(const Item& item) {
    Waiter self(item);
    bool leads = false;
    {
      const std::lock_guard lock(mutex_);
      leads = waiting_.empty();
      waiting_.push_back(&self);
    }
    if (!leads && self.wait() == Turn::done) return std::move(self.error);
    return lead(self);
  }

  // How many calls have not returned: those whose commit is under way, and those who wait for it.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  enum class Turn { not_yet, leads, done };

  // Each has a mutex of its own, so that a group that wakes does not queue for the one of all.
  struct Waiter {
    explicit Waiter(const Item& one) : item(&one) {}

    Turn wait() {
      std::unique_lock lock(own);
      changed.wait(lock, [&] { return turn != Turn::not_yet; });
      return turn;
    }
    // It may be gone as soon as this returns.
    void tell(Turn now, const std::optional<Error>& how) {
      const std::lock_guard lock(own);
      turn = now;
      error = how;
      changed.notify_one();
    }

    const Item* const item;
    std::mutex own;
    std::condition_variable changed;
    Turn turn = Turn::not_yet;
    std::optional<Error> error;
  };

  // The leader's group stays in the queue until its commit has ended, so that nobody else leads.
  std::optional<Error> lead(const Waiter& self) {
    std::vector<Waiter*> group;
    {
      const std::lock_guard lock(mutex_);
      group.assign(waiting_.begin(), waiting_.end());
    }
    std::vector<const Item*> items;
    items.reserve(group.size());
    for (const Waiter* one : group) items.push_back(one->item);
    std::optional<Error> error = commit_(items);
    Waiter* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      waiting_.erase(waiting_.begin(), waiting_.begin() + std::ssize(group));
      if (!waiting_.empty()) next = waiting_.front();
    }
    // First, so that the disk has something to do while the others are told.
    if (next != nullptr) next->tell(Turn::leads, std::nullopt);
    for (Waiter* one : group) {
      if (one != &self) one->tell(Turn::done, error);
    }
    return error;
  }

  const Commit commit_;
  mutable std::mutex mutex_;
  std::deque<Waiter*> waiting_;
};

}  // namespace roomle_sim
