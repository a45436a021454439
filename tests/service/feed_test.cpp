#include "service/feed.h"

#include <atomic>
#include <future>
#include <latch>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/memory_journal.h"
#include "tests/service/feed_fixture.h"

namespace roomle_sim {
namespace {

using std::chrono::minutes;
using test::append_one;
using test::make_record;

constexpr Duration kAtOnce{0};
constexpr Duration kGenerous = minutes(1);

class BrokenJournal : public Journal {
 public:
  std::optional<Error> append(std::span<const JournalRecord>) override {
    return Error{ErrorCode::unavailable, "the disk is full"};
  }
};

std::vector<std::uint64_t> numbers(const Feed::Batch& batch) {
  std::vector<std::uint64_t> found;
  for (const FeedItem& one : batch.items) found.push_back(one.number);
  return found;
}

TEST(Feed, TellsWhatBecameDurableWithNumbersFromOne) {
  MemoryJournal below;
  Feed feed(below);
  EXPECT_EQ(feed.last(), 0U);
  append_one(feed, make_record(record::Accepted{}, "d-1", 42, "email.shareConfiguration"));
  append_one(feed, make_record(record::AttemptStarted{3}, "d-2", 43));
  const Feed::Batch batch = feed.wait(0, 10, kAtOnce);
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].number, 1U);
  EXPECT_EQ(batch.items[0].delivery, "d-1");
  EXPECT_EQ(batch.items[0].tenant_id, 42);
  EXPECT_EQ(batch.items[0].event, "email.shareConfiguration");
  EXPECT_EQ(batch.items[0].at, test::at_second(0));
  EXPECT_TRUE(std::holds_alternative<record::Accepted>(batch.items[0].what));
  EXPECT_EQ(std::get<record::AttemptStarted>(batch.items[1].what).number, 3);
  EXPECT_EQ(batch.items[1].tenant_id, 43);
  EXPECT_FALSE(batch.gap);
  EXPECT_FALSE(batch.closed);
  EXPECT_EQ(feed.last(), 2U);
  EXPECT_EQ(below.records().size(), 2U);
}

TEST(Feed, ARecordWhoseTenantIsGoneHasTheTenantZero) {
  MemoryJournal below;
  Feed feed(below);
  JournalRecord record = make_record(record::Ended{Outcome::mail_failed, 1, 0});
  record.tenant = nullptr;
  append_one(feed, std::move(record));
  EXPECT_EQ(feed.wait(0, 10, kAtOnce).items.at(0).tenant_id, 0);
}

TEST(Feed, GivesAtMostTheLimitAndGoesOnBehindIt) {
  MemoryJournal below;
  Feed feed(below);
  for (int i = 0; i < 5; ++i) append_one(feed, make_record(record::Accepted{}));
  EXPECT_THAT(numbers(feed.wait(0, 2, kAtOnce)), testing::ElementsAre(1, 2));
  EXPECT_THAT(numbers(feed.wait(2, 2, kAtOnce)), testing::ElementsAre(3, 4));
  EXPECT_THAT(numbers(feed.wait(4, 2, kAtOnce)), testing::ElementsAre(5));
  EXPECT_THAT(numbers(feed.wait(5, 2, kAtOnce)), testing::IsEmpty());
}

TEST(Feed, KeepsTheLastOnesAndSaysWhereSomeAreMissing) {
  MemoryJournal below;
  Feed feed(below, 3);
  for (int i = 0; i < 5; ++i) append_one(feed, make_record(record::Accepted{}));
  const Feed::Batch all = feed.wait(0, 10, kAtOnce);
  EXPECT_TRUE(all.gap);
  EXPECT_THAT(numbers(all), testing::ElementsAre(3, 4, 5));
  EXPECT_TRUE(feed.wait(1, 10, kAtOnce).gap);
  // Number 3 is the next behind 2, and the oldest that is kept.
  const Feed::Batch whole = feed.wait(2, 10, kAtOnce);
  EXPECT_FALSE(whole.gap);
  EXPECT_THAT(numbers(whole), testing::ElementsAre(3, 4, 5));
}

TEST(Feed, AnAppendOfMoreThanIsKeptLeavesItsEnd) {
  MemoryJournal below;
  Feed feed(below, 2);
  const std::vector<JournalRecord> many(5, make_record(record::Accepted{}));
  ASSERT_FALSE(feed.append(many));
  EXPECT_THAT(numbers(feed.wait(0, 10, kAtOnce)), testing::ElementsAre(4, 5));
}

TEST(Feed, KeepsOneItemAtLeast) {
  MemoryJournal below;
  Feed feed(below, 0);
  append_one(feed, make_record(record::Accepted{}));
  const Feed::Batch batch = feed.wait(0, 10, kAtOnce);
  EXPECT_THAT(numbers(batch), testing::ElementsAre(1));
  EXPECT_FALSE(batch.gap);
}

TEST(Feed, AFailedAppendTellsNobody) {
  BrokenJournal below;
  Feed feed(below);
  int told = 0;
  feed.add_observer([&](std::span<const JournalRecord>) { ++told; });
  const std::vector<JournalRecord> records{make_record(record::Accepted{})};
  const auto error = feed.append(records);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "the disk is full");
  EXPECT_EQ(told, 0);
  EXPECT_EQ(feed.last(), 0U);
  EXPECT_TRUE(feed.wait(0, 10, kAtOnce).items.empty());
}

TEST(Feed, ObserversAreCalledWhenItIsDurableAndMayAskTheFeed) {
  MemoryJournal below;
  Feed feed(below);
  std::size_t durable = 0;
  std::uint64_t last = 0;
  // last() would wait for ever if a lock were held here.
  feed.add_observer([&](std::span<const JournalRecord> records) {
    durable = below.records().size() * records.size();
    last = feed.last();
  });
  append_one(feed, make_record(record::Accepted{}));
  EXPECT_EQ(durable, 1U);
  EXPECT_EQ(last, 1U);
}

TEST(Feed, AWaitEndsWithTheNextItem) {
  MemoryJournal below;
  Feed feed(below);
  auto waiting = std::async(std::launch::async, [&] { return feed.wait(0, 10, kGenerous); });
  append_one(feed, make_record(record::Accepted{}));
  EXPECT_THAT(numbers(waiting.get()), testing::ElementsAre(1));
}

TEST(Feed, CloseEndsEveryWaitNowAndLater) {
  MemoryJournal below;
  Feed feed(below);
  std::vector<std::future<Feed::Batch>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(
        std::async(std::launch::async, [&] { return feed.wait(0, 10, std::chrono::hours(1)); }));
  }
  feed.close();
  for (auto& one : waiting) EXPECT_TRUE(one.get().closed);
  EXPECT_TRUE(feed.wait(0, 10, std::chrono::hours(1)).closed);
}

TEST(Feed, EachHasARunOfItsOwn) {
  MemoryJournal below;
  std::set<std::string> runs;
  for (int i = 0; i < 20; ++i) runs.insert(Feed(below).run_id());
  EXPECT_EQ(runs.size(), 20U);
  // It stands before a '-' in the stream's ids.
  for (const std::string& one : runs) EXPECT_EQ(one.find('-'), std::string::npos) << one;
}

TEST(Feed, NumbersHaveNoGapsWhateverThreadsAppend) {
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  constexpr std::uint64_t kAll = std::uint64_t{kThreads} * kEach * 2;
  MemoryJournal below;
  Feed feed(below, kAll);
  std::atomic<int> observed = 0;
  feed.add_observer([&](std::span<const JournalRecord> records) {
    observed += static_cast<int>(records.size());
  });
  std::latch start(kThreads);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      start.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) {
        const std::vector<JournalRecord> two{
            make_record(record::AttemptStarted{2 * i}, std::to_string(thread)),
            make_record(record::AttemptStarted{2 * i + 1}, std::to_string(thread))};
        static_cast<void>(feed.append(two));
      }
    });
  }
  // A reader beside them sees each number once, in order, and each thread's records in theirs.
  std::uint64_t after = 0;
  std::map<std::string, int> next;
  while (after < kAll) {
    const Feed::Batch batch = feed.wait(after, 100, kGenerous);
    ASSERT_FALSE(batch.items.empty());
    EXPECT_FALSE(batch.gap);
    for (const FeedItem& item : batch.items) {
      ASSERT_EQ(item.number, ++after);
      ASSERT_EQ(std::get<record::AttemptStarted>(item.what).number, next[item.delivery]++);
    }
  }
  threads.clear();
  EXPECT_EQ(feed.last(), kAll);
  EXPECT_EQ(observed, static_cast<int>(kAll));
}

}  // namespace
}  // namespace roomle_sim
