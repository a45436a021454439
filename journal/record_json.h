// Records as they stand in the journal's file: JSON, for what one append() brought of one delivery.
// docs/journal.md shows them.
//
// Two arrays of the same length: the records themselves, which are all that a restart has to read,
// and what goes with each. What is known already is not written again: the event's body, an
// attempt's request at its end. Pure and thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/history.h"
#include "sender/journal.h"

namespace roomle_sim {

struct RecordTexts {
  std::string records;
  std::string details;  // empty: nothing goes with any of them
};

// The records, all of one delivery, but for a plain Accepted: the delivery's own row holds that.
// Both empty where nothing else is there. Values of headers that hold credentials are left out.
RecordTexts records_to_json(std::span<const JournalRecord> records);

// The other way. Nothing where the text is damaged.
std::optional<std::vector<TimedRecord>> records_from_json(std::string_view records);

// The same with everything that was kept beside the records. `started` is the request of the
// attempt that stands open, if any: it comes from one text and is needed by the next one.
std::optional<std::vector<PastRecord>> past_from_json(std::string_view records,
                                                      std::string_view details,
                                                      const EventText& event,
                                                      std::int64_t tenant_id,
                                                      std::shared_ptr<const Exchange>& started);

std::int64_t to_nanoseconds(TimePoint when);
TimePoint from_nanoseconds(std::int64_t since_epoch);

}  // namespace roomle_sim
