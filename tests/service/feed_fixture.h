// Records as a dispatcher would write them, for tests of those who listen to the feed.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sender/journal.h"

namespace roomle_sim::test {

inline TimePoint at_second(int second) {
  return TimePoint(std::chrono::hours(24 * 365 * 50) + std::chrono::seconds(second));
}

inline JournalRecord make_record(Record what, const std::string& delivery = "d-1",
                                 std::int64_t tenant_id = 42,
                                 const std::string& event = "email.savedConfiguration") {
  Tenant tenant;
  tenant.id = tenant_id;
  tenant.name = "acme";
  JournalRecord record{delivery,
                       at_second(0),
                       std::move(what),
                       std::make_shared<const EventText>(Event{event, {{"email", "a@b.example"}}}),
                       std::make_shared<const Tenant>(tenant),
                       nullptr,
                       {},
                       {}};
  return record;
}

inline void append_one(Journal& journal, JournalRecord record) {
  const std::vector<JournalRecord> records{std::move(record)};
  static_cast<void>(journal.append(records));
}

}  // namespace roomle_sim::test
