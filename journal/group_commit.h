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
    Waiter self{&item, {}, {}, false};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&self);
    self.turn.wait(lock, [&] { return self.done || waiting_.front() == &self; });
    if (!self.done) lead(lock);
    return std::move(self.error);
  }

  // How many calls have not returned: those whose commit is under way, and those who wait for it.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  struct Waiter {
    const Item* item;
    std::condition_variable turn;
    std::optional<Error> error;
    bool done;
  };

  // The leader stays at the front until its commit has ended, so that nobody else leads.
  void lead(std::unique_lock<std::mutex>& lock) {
    std::vector<const Item*> group;
    group.reserve(waiting_.size());
    for (const Waiter* waiter : waiting_) group.push_back(waiter->item);
    lock.unlock();
    const std::optional<Error> error = commit_(group);
    lock.lock();
    for (std::size_t i = 0; i < group.size(); ++i) {
      Waiter* const waiter = waiting_.front();
      waiting_.pop_front();
      waiter->error = error;
      waiter->done = true;
      waiter->turn.notify_one();  // with the mutex held: the waiter is gone as soon as it wakes
    }
    if (!waiting_.empty()) waiting_.front()->turn.notify_one();
  }

  const Commit commit_;
  mutable std::mutex mutex_;
  std::deque<Waiter*> waiting_;
};

}  // namespace roomle_sim
