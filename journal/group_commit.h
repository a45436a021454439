// Many threads each hand in an item; one commit takes all that have gathered.
//
// An item is handed in by a caller who waits until it is on the disk, or with a call for when it is
// there: then nobody waits, and no thread is woken for it but once for its group. Two threads take
// turns: while one commits a group, the other tells those of the group before, so that the disk
// always has something to do. A caller who waits and finds nothing under way commits by himself,
// which saves two changes of thread where there is but one.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"

namespace roomle_sim {

// Contract. Threads: submit() may be called from any, also by a `done`; `commit` is called by one
// at a time, with the items in the order in which they came, and without the mutex. The destructor
// commits what is there still, and tells it. The constructor throws std::system_error where there
// is no thread to be had.
template <class Item>
class GroupCommit {
 public:
  using Commit = std::function<std::optional<Error>(std::span<const Item* const>)>;
  // The error of the commit that held the item. Must not throw, nor wait for another commit.
  using Done = std::function<void(const std::optional<Error>&)>;

  explicit GroupCommit(Commit commit) : commit_(std::move(commit)) {
    try {
      for (std::thread& one : threads_) one = std::thread([this] { work(); });
    } catch (const std::system_error&) {
      finish();
      throw;
    }
  }
  ~GroupCommit() { finish(); }
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Returns when the commit that holds the item has ended.
  std::optional<Error> submit(Item item) {
    std::unique_lock lock(mutex_);
    if (!committing_ && queue_.empty()) return commit_alone(item, lock);
    Waiter waiter;
    queue_.push_back({std::move(item), [&](const auto& error) { waiter.tell(error); }});
    leave(lock);
    return waiter.wait();
  }

  // Returns at once; `done` is called when the commit that holds the item has ended.
  void submit(Item item, Done done) {
    std::unique_lock lock(mutex_);
    queue_.push_back({std::move(item), std::move(done)});
    leave(lock);
  }

  // How many have been handed in whose commit has not ended.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size() + under_way_;
  }

 private:
  struct Entry {
    Item item;
    Done done;
  };

  // Each has a mutex of its own, so that a group that wakes does not queue for the one of all.
  class Waiter {
   public:
    std::optional<Error> wait() {
      std::unique_lock lock(mutex_);
      told_.wait(lock, [&] { return done_; });
      return std::move(error_);
    }
    // It may be gone as soon as this returns.
    void tell(const std::optional<Error>& error) {
      const std::lock_guard lock(mutex_);
      done_ = true;
      error_ = error;
      told_.notify_one();
    }

   private:
    std::mutex mutex_;
    std::condition_variable told_;
    bool done_ = false;
    std::optional<Error> error_;
  };

  // Behind a change of the queue. A thread that commits looks at the queue by itself afterwards.
  void leave(std::unique_lock<std::mutex>& lock) {
    const bool nobody_commits = !committing_;
    lock.unlock();
    if (nobody_commits) arrived_.notify_one();
  }

  void finish() {
    {
      const std::lock_guard lock(mutex_);
      finishing_ = true;
    }
    arrived_.notify_all();
    for (std::thread& one : threads_) {
      if (one.joinable()) one.join();
    }
  }

  std::optional<Error> commit_alone(const Item& item, std::unique_lock<std::mutex>& lock) {
    const Item* const only = &item;
    return commit(std::span(&only, 1), lock);
  }

  // The lock is held before and after. Whoever gathered meanwhile is left to the threads.
  std::optional<Error> commit(std::span<const Item* const> items,
                              std::unique_lock<std::mutex>& lock) {
    committing_ = true;
    under_way_ = items.size();
    lock.unlock();
    std::optional<Error> error = commit_(items);
    lock.lock();
    committing_ = false;
    under_way_ = 0;
    if (!queue_.empty() || finishing_) arrived_.notify_one();
    return error;
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [&] { return !committing_ && (!queue_.empty() || finishing_); });
      if (queue_.empty()) break;
      const std::deque<Entry> group = std::exchange(queue_, {});
      std::vector<const Item*> items;
      items.reserve(group.size());
      for (const Entry& one : group) items.push_back(&one.item);
      const std::optional<Error> error = commit(items, lock);
      lock.unlock();
      for (const Entry& one : group) one.done(error);
      lock.lock();
    }
    arrived_.notify_all();  // the other one ends too
  }

  const Commit commit_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Entry> queue_;
  std::size_t under_way_ = 0;
  bool committing_ = false;
  bool finishing_ = false;
  std::array<std::thread, 2> threads_;
};

}  // namespace roomle_sim
