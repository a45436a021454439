// Lists, pages and counts of the durable journal.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "journal/sqlite_journal.h"
#include "tests/journal/journal_fixture.h"

namespace roomle_sim {
namespace {

// Sixty deliveries, one accepted each second but for some that share theirs: of three tenants and
// two types, delivered, mailed or open.
class HistoryTest : public ::testing::Test {
 protected:
  static constexpr int kAll = 60;

  void SetUp() override {
    auto opened = SqliteJournal::open(":memory:");
    ASSERT_TRUE(opened) << opened.error().message;
    journal_ = std::move(opened).value();
    for (int i = 0; i < kAll; ++i) tell(i);
  }

  void tell(int i) {
    Told told(name(i), i % 3, i / 2 * 2,
              i % 2 == 0 ? "email.savedConfiguration" : "email.3DExportAsset");
    add(told.accepted());
    add(told.attempt_started(1));
    if (i % 4 == 0) return add(told.delivered(1));
    add(told.given_up(1, i % 8 == 1 ? 404 : 503));
    if (i % 4 != 3) return;
    add(told.mail_started(1));
    add(told.mailed(1));
  }
  void add(const std::vector<JournalRecord>& records) { ASSERT_FALSE(journal_->append(records)); }
  static std::string name(int i) { return fmt::format("d-{:02}", i); }

  // The numbers that the filter finds, by pages of that size.
  std::vector<int> found(const DeliveryFilter& filter, std::size_t page = 7) {
    std::vector<int> all;
    for (std::string cursor;;) {
      const auto part = journal_->list(filter, cursor, page);
      EXPECT_TRUE(part) << part.error().message;
      EXPECT_LE(part->deliveries.size(), page);
      for (const auto& one : part->deliveries) all.push_back(std::stoi(one.id.substr(2)));
      cursor = part->next;
      if (cursor.empty()) return all;
    }
  }
  template <class Wanted>
  static std::vector<int> where(Wanted wanted) {
    std::vector<int> all;
    for (int i = kAll - 1; i >= 0; --i) {
      if (wanted(i)) all.push_back(i);
    }
    return all;
  }

  std::unique_ptr<SqliteJournal> journal_;
};

TEST_F(HistoryTest, PagesOfAnySizeGiveEachDeliveryOnceNewestFirst) {
  const std::vector<int> all = where([](int) { return true; });
  for (const std::size_t page : {1U, 7U, 59U, 60U, 61U}) EXPECT_EQ(found({}, page), all);
}

TEST_F(HistoryTest, EachFilterFindsItsOwn) {
  EXPECT_EQ(found({.tenant_id = 1}), where([](int i) { return i % 3 == 1; }));
  EXPECT_EQ(found({.event = "email.3DExportAsset"}), where([](int i) { return i % 2 == 1; }));
  EXPECT_EQ(found({.outcome = Outcome::delivered}), where([](int i) { return i % 4 == 0; }));
  EXPECT_EQ(found({.outcome = Outcome::mailed}), where([](int i) { return i % 4 == 3; }));
  EXPECT_EQ(found({.open = true}), where([](int i) { return i % 4 == 1 || i % 4 == 2; }));
  EXPECT_EQ(found({.open = false}), where([](int i) { return i % 4 == 0 || i % 4 == 3; }));
  EXPECT_EQ(found({.last_reason = FailureReason::status}), where([](int i) { return i % 4 != 0; }));
  EXPECT_TRUE(found({.last_reason = FailureReason::timeout}).empty());
  EXPECT_EQ(found({.from = at_second(10), .until = at_second(20)}),
            where([](int i) { return i >= 10 && i < 20; }));
}

TEST_F(HistoryTest, FiltersHoldTogether) {
  DeliveryFilter filter;
  filter.tenant_id = 0;
  filter.event = "email.savedConfiguration";
  filter.open = true;
  filter.last_reason = FailureReason::status;
  filter.until = at_second(40);
  EXPECT_EQ(found(filter, 2),
            where([](int i) { return i % 3 == 0 && i % 2 == 0 && i % 4 == 2 && i < 40; }));
}

TEST_F(HistoryTest, WhatComesMeanwhileMovesNoPage) {
  const auto first = journal_->list({}, "", 10);
  for (int i = kAll; i < kAll + 5; ++i) tell(i);
  const auto second = journal_->list({}, first->next, 10);
  EXPECT_EQ(second->deliveries.front().id, name(kAll - 11));
  EXPECT_EQ(second->deliveries.back().id, name(kAll - 20));
}

TEST_F(HistoryTest, ATextThatIsNoCursorIsRefused) {
  for (const char* cursor :
       {"x", "c", "c1", "c1-", "c-", "c1-2 ", "c1-2-3", "d-01", "c1-99999999999999999999"}) {
    const auto page = journal_->list({}, cursor, 10);
    ASSERT_FALSE(page.ok()) << cursor;
    EXPECT_EQ(page.error().code, ErrorCode::bad_input);
    EXPECT_FALSE(journal_->unfinished(cursor, 10).ok());
  }
}

TEST_F(HistoryTest, CountsByOutcome) {
  const auto counts = journal_->counts();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->delivered, 15);
  EXPECT_EQ(counts->mailed, 15);
  EXPECT_EQ(counts->mail_failed, 0);
  EXPECT_EQ(counts->open, 30);
}

TEST_F(HistoryTest, AListTellsHowTheLastAttemptFailed) {
  DeliveryFilter filter;
  filter.until = at_second(2);
  const auto page = journal_->list(filter, "", 10);
  ASSERT_EQ(page->deliveries.size(), 2U);
  EXPECT_EQ(page->deliveries[0].last_status, 404);
  EXPECT_EQ(page->deliveries[0].attempts, 1);
  EXPECT_EQ(page->deliveries[0].ambiguous_attempts, 0);
  EXPECT_FALSE(page->deliveries[0].outcome);
  EXPECT_FALSE(page->deliveries[1].last_reason);
  EXPECT_EQ(page->deliveries[1].accepted_at, at_second(0));
}

}  // namespace
}  // namespace roomle_sim
