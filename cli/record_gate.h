// Keeps what `serve` has to tell until it has said that it is ready: what stood open is taken up
// before, and `ready` is to be the first line.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "sender/journal.h"

namespace roomle_sim {

// Threads: pass() from any.
class RecordGate {
 public:
  using Next = std::function<void(std::vector<JournalRecord>)>;

  // Of what is taken up no more than `most` records are kept, the newest; the journal has them all.
  explicit RecordGate(Next next, std::size_t most = 10'000) : next_(std::move(next)), most_(most) {}

  void pass(std::span<const JournalRecord> records) {
    std::vector<JournalRecord> copy(records.begin(), records.end());
    {
      const std::lock_guard lock(mutex_);
      if (!open_) {
        for (JournalRecord& record : copy) held_.push_back(std::move(record));
        // Seldom, and many at once: half of the room is made each time.
        if (held_.size() > most_) held_.erase(held_.begin(), held_.end() - half());
        return;
      }
    }
    next_(std::move(copy));
  }

  // What was kept goes on, and from now on everything at once.
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    next_(std::move(held_));
    held_.clear();
  }

 private:
  [[nodiscard]] std::ptrdiff_t half() const { return static_cast<std::ptrdiff_t>(most_ / 2); }

  Next next_;
  const std::size_t most_;
  std::mutex mutex_;
  bool open_ = false;
  std::vector<JournalRecord> held_;
};

}  // namespace roomle_sim
