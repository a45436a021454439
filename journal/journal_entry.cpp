#include "journal/journal_entry.h"

#include <algorithm>

namespace roomle_sim {
namespace {

JournalEntry make_entry(std::span<const JournalRecord> records) {
  JournalEntry entry;
  entry.delivery = records.front().delivery;
  for (const JournalRecord& one : records) {
    if (std::holds_alternative<record::Accepted>(one.what)) {
      entry.accepted = {one.tenant->id, one.event, one.at};
    } else if (const auto* finished = std::get_if<record::AttemptFinished>(&one.what)) {
      if (!entry.judged) entry.judged.emplace();
      entry.judged->attempts = finished->number;
      entry.judged->ambiguous += finished->verdict.ambiguous ? 1 : 0;
      entry.judged->reason = finished->verdict.reason;
      entry.judged->status = finished->verdict.status;
    } else if (const auto* ended = std::get_if<record::Ended>(&one.what)) {
      entry.ended = {*ended, one.at};
    }
  }
  entry.texts = records_to_json(records);
  return entry;
}

}  // namespace

std::vector<JournalEntry> make_entries(std::span<const JournalRecord> records) {
  std::vector<JournalEntry> entries;
  while (!records.empty()) {
    const auto other = std::find_if(records.begin(), records.end(), [&](const JournalRecord& one) {
      return one.delivery != records.front().delivery;
    });
    const auto count = static_cast<std::size_t>(other - records.begin());
    entries.push_back(make_entry(records.first(count)));
    records = records.subspan(count);
  }
  return entries;
}

}  // namespace roomle_sim
