#include "journal/memory_journal.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

JournalRecord make(const std::string& delivery, Record what) {
  return {delivery, {}, what, nullptr, nullptr, nullptr, {}, {}};
}

TEST(MemoryJournal, KeepsTheRecordsOfEachDeliveryInOrder) {
  MemoryJournal journal;
  const std::vector<JournalRecord> records{make("a", record::Accepted{}),
                                           make("b", record::Accepted{}),
                                           make("a", record::AttemptStarted{1})};
  EXPECT_FALSE(journal.append(records));
  EXPECT_EQ(journal.records().size(), 3U);
  const std::vector<JournalRecord> of_a = journal.records_of("a");
  ASSERT_EQ(of_a.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<record::AttemptStarted>(of_a[1].what));
  EXPECT_TRUE(journal.records_of("c").empty());
}

TEST(MemoryJournal, AWaitEndsWithTheDeliveryAfterItsObserverHasSeenIt) {
  std::atomic<int> seen{0};
  MemoryJournal journal([&](const JournalRecord&) { ++seen; });
  auto waiting = std::async(std::launch::async, [&] {
    const bool ended = journal.wait_for_end("a", 1min);
    return ended ? seen.load() : -1;
  });
  const std::vector<JournalRecord> end{make("a", record::Ended{Outcome::mailed, 1, 1})};
  journal.append(end);
  EXPECT_EQ(waiting.get(), 1);
  EXPECT_EQ(journal.end_of("a")->outcome, Outcome::mailed);
  EXPECT_FALSE(journal.end_of("b"));
}

TEST(MemoryJournal, AWaitEndsWhenItsLimitPassesOrTheRunIsGivenUp) {
  MemoryJournal journal;
  EXPECT_FALSE(journal.wait_for_end("a", 1ms));
  auto waiting = std::async(std::launch::async, [&] { return journal.wait_for_end("a", 1h); });
  journal.give_up();
  EXPECT_FALSE(waiting.get());
}

TEST(MemoryJournal, ObserversMayReadIt) {
  std::size_t found = 0;
  MemoryJournal* self = nullptr;
  MemoryJournal journal(
      [&](const JournalRecord& record) { found = self->records_of(record.delivery).size(); });
  self = &journal;
  journal.append(std::vector<JournalRecord>{make("a", record::Accepted{})});
  EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace roomle_sim
