// What the durable journal keeps, over reopening and from many threads, in real files.
#include "journal/sqlite_journal.h"

#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journal/journal_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using namespace std::string_literals;

// No text at all: what an endpoint sends need not be one.
const std::string kBytes = "thanks\n\"a\\ \xff\x00 end"s;

std::vector<JournalRecord> operator+(std::vector<JournalRecord> all,
                                     const std::vector<JournalRecord>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

class SqliteJournalTest : public ::testing::Test {
 protected:
  void reopen() {
    journal_.reset();
    auto opened = SqliteJournal::open(data_);
    ASSERT_TRUE(opened) << opened.error().message;
    journal_ = std::move(opened).value();
  }
  void SetUp() override { reopen(); }
  void append(const std::vector<JournalRecord>& records) {
    const auto error = journal_->append(records);
    ASSERT_FALSE(error) << error->message;
  }
  DeliveryStory story(const std::string& id) {
    auto found = journal_->find(id);
    EXPECT_TRUE(found) << found.error().message;
    EXPECT_TRUE(found->has_value()) << id;
    return found->value_or(DeliveryStory{});
  }
  std::vector<UnfinishedDelivery> unfinished(std::size_t page = 1000) {
    std::vector<UnfinishedDelivery> all;
    for (std::string cursor;;) {
      auto found = journal_->unfinished(cursor, page);
      EXPECT_TRUE(found) << found.error().message;
      for (auto& one : found->deliveries) all.push_back(std::move(one));
      cursor = found->next;
      if (cursor.empty()) return all;
    }
  }

  TemporaryFolder folder_;
  std::string data_ = folder_.path() + "/deep/data";
  std::unique_ptr<SqliteJournal> journal_;
};

TEST_F(SqliteJournalTest, KeepsAWholeDeliveryOverReopening) {
  Told told("d-1", 7);
  append(told.accepted());
  append(told.attempt_started(1));
  append(told.failed(1));
  append(told.attempt_started(2));
  append(told.delivered(2, kBytes));
  reopen();
  const DeliveryStory found = story("d-1");
  EXPECT_EQ(found.summary.tenant_id, 7);
  EXPECT_EQ(found.summary.event, "email.savedConfiguration");
  EXPECT_EQ(found.summary.outcome, Outcome::delivered);
  EXPECT_EQ(found.summary.ended_at, at_second(0));
  EXPECT_EQ(found.summary.attempts, 2);
  EXPECT_FALSE(found.summary.last_reason);
  EXPECT_EQ(found.summary.last_status, 200);
  EXPECT_EQ(found.event->body(), told.event().body());
  ASSERT_EQ(found.records.size(), 7U);
  const auto& failed = std::get<record::AttemptFinished>(found.records[2].what);
  EXPECT_EQ(failed.verdict.reason, FailureReason::status);
  EXPECT_EQ(failed.verdict.status, 503);
  EXPECT_TRUE(failed.verdict.ambiguous);
  EXPECT_EQ(std::get<record::RetryScheduled>(found.records[3].what).at, at_second(60));
  const Exchange& last = *found.records[5].exchange;
  EXPECT_EQ(last.token, "01-token2");
  EXPECT_EQ(last.request.body, told.event().body());
  EXPECT_EQ(last.request.headers, (Headers{{"token", "01-token2"}}));
  EXPECT_EQ(last.result.response->body, kBytes);
  EXPECT_EQ(last.result.response->headers, (Headers{{"Server", "acme"}}));
  EXPECT_EQ(last.result.duration, std::chrono::milliseconds(12));
}

TEST_F(SqliteJournalTest, KeepsWhyAMailWentAndWhereItWentOrWhyNot) {
  Told mailed("d-1");
  Told refused("d-2");
  for (Told* told : {&mailed, &refused}) {
    append(told->accepted());
    append(told->attempt_started(1));
    append(told->given_up(1));
    append(told->mail_started(1));
  }
  append(mailed.mailed(1));
  append(refused.not_mailed(1));
  reopen();
  const DeliveryStory first = story("d-1");
  EXPECT_EQ(describe(std::get<record::MailStarted>(first.records[3].what).cause), "status 503");
  EXPECT_EQ(first.records[4].receipt->where, "mail/new/1");
  EXPECT_EQ(first.summary.outcome, Outcome::mailed);
  EXPECT_EQ(first.summary.ambiguous_attempts, 1);
  EXPECT_EQ(first.summary.last_reason, FailureReason::status);
  const DeliveryStory second = story("d-2");
  EXPECT_EQ(second.records[4].mail_error->fault, MailFault::bad_address);
  EXPECT_EQ(second.records[4].mail_error->message, "no '@'");
  EXPECT_EQ(second.summary.outcome, Outcome::mail_failed);
}

TEST_F(SqliteJournalTest, GivesOpenDeliveriesWithTheirRecordsInTheOrderOfAcceptance) {
  Told waiting("d-1", 1, 1);
  Told ended("d-2", 2, 2);
  Told fresh("d-3", 3, 3);
  append(fresh.accepted());
  for (Told* told : {&waiting, &ended}) {
    append(told->accepted());
    append(told->attempt_started(1));
  }
  append(waiting.failed(1));
  append(ended.delivered(1));
  reopen();
  for (const std::size_t page : {1U, 2U, 1000U}) {
    const auto open = unfinished(page);
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].id, "d-1");
    EXPECT_EQ(open[0].tenant_id, 1);
    EXPECT_EQ(open[0].event->body(), waiting.event().body());
    ASSERT_EQ(open[0].records.size(), 4U);
    EXPECT_TRUE(std::holds_alternative<record::Accepted>(open[0].records[0].what));
    EXPECT_TRUE(std::holds_alternative<record::RetryScheduled>(open[0].records[3].what));
    EXPECT_EQ(open[1].id, "d-3");
    ASSERT_EQ(open[1].records.size(), 1U);
    EXPECT_EQ(open[1].records[0].at, at_second(3));
  }
}

TEST_F(SqliteJournalTest, WhatWasAcceptedSinceOpeningIsNotUnfinished) {
  append(Told("d-1").accepted());
  EXPECT_TRUE(unfinished().empty());
  reopen();
  append(Told("d-2").accepted());
  ASSERT_EQ(unfinished().size(), 1U);
  EXPECT_EQ(unfinished()[0].id, "d-1");
}

TEST_F(SqliteJournalTest, ManyThreadsEachFindTheirOwnRecordsInOrder) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Told told(fmt::format("d-{}-{}", t, i));
        append(told.accepted());
        append(told.attempt_started(1));
        append(told.failed(1));
        append(told.attempt_started(2));
        append(told.delivered(2));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  reopen();
  EXPECT_EQ(journal_->counts()->delivered, kThreads * kEach);
  for (int t = 0; t < kThreads; ++t) {
    const DeliveryStory found = story(fmt::format("d-{}-{}", t, kEach - 1));
    std::vector<std::size_t> kinds;
    for (const PastRecord& one : found.records) kinds.push_back(one.what.index());
    EXPECT_EQ(kinds, (std::vector<std::size_t>{0, 1, 2, 3, 1, 2, 6}));
  }
}

TEST_F(SqliteJournalTest, OneCallMayHoldSeveralDeliveriesAllOrNone) {
  append(Told("d-1").accepted() + Told("d-2").accepted());
  EXPECT_EQ(journal_->counts()->open, 2);
  // d-3 is fine; d-1 is there already, which spoils the call.
  EXPECT_TRUE(journal_->append(Told("d-3").accepted() + Told("d-1").accepted()));
  EXPECT_EQ(journal_->counts()->open, 2);
  append(Told("d-4").accepted());
  EXPECT_EQ(journal_->counts()->open, 3);
}

TEST_F(SqliteJournalTest, RecordsOfADeliveryThatWasNeverAcceptedAreRefused) {
  const auto error = journal_->append(Told("d-1").attempt_started(1));
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("holds no delivery d-1"), std::string::npos) << error->message;
  EXPECT_FALSE(journal_->find("d-1")->has_value());
}

TEST_F(SqliteJournalTest, InMemoryItIsTheSameAndLeavesNothing) {
  const auto memory = SqliteJournal::open(":memory:");
  ASSERT_TRUE(memory) << memory.error().message;
  Told told("d-1");
  EXPECT_FALSE((*memory)->append(told.accepted()));
  EXPECT_FALSE((*memory)->append(told.attempt_started(1)));
  EXPECT_EQ((*memory)->find("d-1")->value().records.size(), 2U);
  EXPECT_EQ((*memory)->list({}, "", 10)->deliveries.size(), 1U);
  EXPECT_FALSE((*SqliteJournal::open(":memory:"))->find("d-1")->has_value());
}

TEST_F(SqliteJournalTest, ForgetsOldEndsAndNothingThatIsOpen) {
  constexpr int kEnded = 450;  // more than one transaction's worth
  std::vector<JournalRecord> all;
  for (int i = 0; i < kEnded; ++i) {
    Told told(fmt::format("d-{}", i), 1, i);
    all = std::move(all) + told.accepted() + told.attempt_started(1) + told.delivered(1);
  }
  append(all);
  Told open("d-open", 1, 0);
  append(open.accepted());
  append(open.attempt_started(1));
  const auto count = journal_->forget(at_second(kEnded - 10));
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, static_cast<std::size_t>(kEnded - 10));
  EXPECT_EQ(journal_->counts()->delivered, 10);
  EXPECT_FALSE(journal_->find("d-0")->has_value());
  EXPECT_TRUE(journal_->find(fmt::format("d-{}", kEnded - 10))->has_value());
  EXPECT_EQ(journal_->forget(at_second(kEnded - 10)).value(), 0U);
  reopen();
  ASSERT_EQ(unfinished().size(), 1U);
  EXPECT_EQ(unfinished()[0].records.size(), 2U);
  // A new delivery takes over nothing of a forgotten one.
  EXPECT_EQ(journal_->forget(at_second(1'000'000)).value(), 10U);
  reopen();
  append(Told("d-new").accepted());
  EXPECT_EQ(story("d-new").records.size(), 1U);
}

}  // namespace
}  // namespace roomle_sim
