#include "journal/memory_journal.h"

#include <chrono>

namespace roomle_sim {

std::optional<Error> MemoryJournal::append(std::span<const JournalRecord> records) {
  // Held over both parts, so that observers see the records in the order in which they are kept.
  const std::lock_guard order(observer_mutex_);
  {
    const std::lock_guard lock(mutex_);
    for (const JournalRecord& one : records) {
      by_delivery_[one.delivery].push_back(records_.size());
      records_.push_back(one);
    }
  }
  if (observer_) {
    for (const JournalRecord& one : records) observer_(one);
  }
  // An end becomes known last: who waits for it then finds that the observer has seen it all.
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    for (const JournalRecord& one : records) {
      const auto* end = std::get_if<record::Ended>(&one.what);
      if (end == nullptr) continue;
      ended_[one.delivery] = *end;
      ended = true;
    }
  }
  changed_.notify_all();
  if (ended && on_end_) on_end_();
  return std::nullopt;
}

std::vector<JournalRecord> MemoryJournal::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<JournalRecord> MemoryJournal::records_of(const std::string& delivery) const {
  const std::lock_guard lock(mutex_);
  std::vector<JournalRecord> found;
  if (const auto at = by_delivery_.find(delivery); at != by_delivery_.end()) {
    for (const std::size_t index : at->second) found.push_back(records_[index]);
  }
  return found;
}

std::optional<record::Ended> MemoryJournal::end_of(const std::string& delivery) const {
  const std::lock_guard lock(mutex_);
  const auto at = ended_.find(delivery);
  return at == ended_.end() ? std::nullopt : std::optional(at->second);
}

bool MemoryJournal::wait_for_end(const std::string& delivery, Duration limit) const {
  std::unique_lock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + limit;
  changed_.wait_until(lock, until, [&] { return given_up_ || ended_.contains(delivery); });
  return ended_.contains(delivery);
}

void MemoryJournal::give_up() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  changed_.notify_all();
}

}  // namespace roomle_sim
