// What one append() brings of one delivery, put into words by the caller's thread, so that the one
// that commits has only to write it down. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "journal/record_json.h"
#include "sender/journal.h"

namespace roomle_sim {

struct AcceptanceEntry {
  std::int64_t tenant_id = 0;
  std::shared_ptr<const EventText> event;
  TimePoint at;
};
struct JudgementEntry {
  int attempts = 0;   // so far
  int ambiguous = 0;  // of those in this entry
  std::optional<FailureReason> reason;
  int status = 0;
};
struct EndEntry {
  record::Ended how;
  TimePoint at;
};

struct JournalEntry {
  std::string delivery;
  std::optional<AcceptanceEntry> accepted;
  std::optional<JudgementEntry> judged;
  std::optional<EndEntry> ended;
  RecordTexts texts;  // of all records but the acceptance
};

// Ended deliveries to be deleted, oldest first.
struct Forgetting {
  TimePoint before;                       // those that ended earlier
  TimePoint position = TimePoint::min();  // accepted then or later; moves on
  std::size_t limit = 0;                  // at most
  std::size_t count = 0;                  // so many were; 0: that was all
};

// What one call brings to a commit.
struct JournalWork {
  std::vector<JournalEntry> entries;
  Forgetting* forgetting = nullptr;
};

// Neighbouring records of one delivery become one entry, in their order.
std::vector<JournalEntry> make_entries(std::span<const JournalRecord> records);

}  // namespace roomle_sim
