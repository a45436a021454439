// A journal that lives as long as the process: for `send`, for scenarios and for tests.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sender/journal.h"

namespace roomle_sim {

// Contract. Threads: every member may be called from any thread.
class MemoryJournal : public Journal {
 public:
  using Observer = std::function<void(const JournalRecord&)>;
  // `observer` sees each record, after it was kept, in the order of append(); one call at a time.
  // It may read this journal, but must not append.
  // `ended` is called once more after it, when end_of() knows of an end.
  explicit MemoryJournal(Observer observer = {}, std::function<void()> ended = {})
      : observer_(std::move(observer)), on_end_(std::move(ended)) {}

  std::optional<Error> append(std::span<const JournalRecord> records) override;

  // Everything so far, or one delivery's part, in order.
  [[nodiscard]] std::vector<JournalRecord> records() const;
  [[nodiscard]] std::vector<JournalRecord> records_of(const std::string& delivery) const;
  // How the delivery ended; nothing while it is open.
  [[nodiscard]] std::optional<record::Ended> end_of(const std::string& delivery) const;

  // Blocks until the delivery has ended, give_up() was called, or `limit` has passed. True: ended.
  bool wait_for_end(const std::string& delivery, Duration limit) const;
  // Ends every wait, now and later: the run was interrupted.
  void give_up();

 private:
  Observer observer_;
  std::function<void()> on_end_;
  std::mutex observer_mutex_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<JournalRecord> records_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_delivery_;
  std::unordered_map<std::string, record::Ended> ended_;
  bool given_up_ = false;
};

}  // namespace roomle_sim
