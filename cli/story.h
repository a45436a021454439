// Tells a delivery's records: as lines for people, and as objects for --json.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "sender/journal.h"

namespace roomle_sim {

// What one record means, in lines without newlines; none for a record that adds nothing. What an
// endpoint or an event says is made printable.
std::vector<std::string> tell(const JournalRecord& record, const Console& console);

// {"type":"attempt",…} for a finished attempt, {"type":"retry",…}, {"type":"mail",…}; null for the
// records that have no object of their own.
nlohmann::ordered_json to_object(const JournalRecord& record);

// {"type":"outcome",…}: a delivery's last line, from all its records.
nlohmann::ordered_json outcome_object(const std::vector<JournalRecord>& records);

}  // namespace roomle_sim
