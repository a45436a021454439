// A dispatcher with few threads: what has none does not begin, and what has begun is never given up
// before it was carried out.
#include <atomic>
#include <chrono>
#include <functional>
#include <system_error>
#include <thread>

#include "tests/sender/dispatcher_fixture.h"

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::steady_clock;

class DispatcherThreadsTest : public DispatcherTest {
 protected:
  // Its threads read the clock, which goes before it otherwise.
  ~DispatcherThreadsTest() override { dispatcher_.reset(); }
  void start_with(const DispatcherOptions& options, Journal& journal) {
    start(options);
    dispatcher_ = std::make_unique<Dispatcher>(transport_, journal, mailbox_, jumping_, options);
  }
  // Long enough for every time-out.
  void put_forward() {
    jumping_.jump_to(jumping_.now() + hours(1));
    dispatcher_->clock_advanced();
  }
  std::map<std::string, Outcome> outcomes() {
    std::map<std::string, Outcome> found;
    for (const JournalRecord& one : journal_.of_kind<record::Ended>()) {
      EXPECT_TRUE(found.emplace(one.delivery, std::get<record::Ended>(one.what).outcome).second)
          << one.delivery << " ended twice";
    }
    return found;
  }
  std::size_t started() { return journal_.of_kind<record::AttemptStarted>().size(); }

  JumpingClock jumping_;
};

DispatcherOptions one_thread_each() {
  DispatcherOptions options;
  options.attempts_in_all = 1;
  options.mails_at_once = 1;
  return options;
}

// The system gives so many threads, and then no more until it is allowed some.
DispatcherOptions scarce(std::atomic<int>& left) {
  DispatcherOptions options;
  options.make_thread = [&left](std::function<void()> run) {
    if (left == 0) {
      throw std::system_error(EAGAIN, std::generic_category(), "thrown by the test");
    }
    --left;
    return std::thread(std::move(run));
  };
  return options;
}

TEST_F(DispatcherThreadsTest, WhatHasNoThreadHasNotBegunAndIsNotOverdue) {
  add_tenant(1);
  add_tenant(2);
  start_with(one_thread_each(), journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  const auto second = submit(2);
  EXPECT_EQ(started(), 1U);
  put_forward();  // the first is given up, the second only waits
  mailbox_.wait_for_mails(1);
  EXPECT_EQ(started(), 1U);
  transport_.answer(url(2), {200});
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(outcomes().at(*second), Outcome::delivered);
  EXPECT_EQ(mailbox_.mails.size(), 1U);
}

TEST_F(DispatcherThreadsTest, HangingPostsHoldBackNoMail) {
  add_tenant(1);
  add_tenant(2).webhook.clear();
  start_with(one_thread_each(), journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  ASSERT_TRUE(submit(1));
  ASSERT_TRUE(submit(2));
  mailbox_.wait_for_mails(1);
  EXPECT_EQ(started(), 1U);
}

TEST_F(DispatcherThreadsTest, WhatWaitsForAThreadWhenItStopsHasNotBegun) {
  add_tenant(1);
  add_tenant(2);
  start_with(one_thread_each(), journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  ASSERT_TRUE(submit(2));
  dispatcher_->stop();
  EXPECT_EQ(started(), 1U);
  EXPECT_EQ(dispatcher_->open(), 2U);
}

TEST_F(DispatcherThreadsTest, WhatWaitsForAThreadIsNoStandstill) {
  add_tenant(1);
  add_tenant(2);
  start_with(one_thread_each(), journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  ASSERT_TRUE(submit(2));
  transport_.answer(url(2), {503});
  EXPECT_FALSE(dispatcher_->wait_for_standstill(steady_clock::now()).reached);
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_for_standstill(steady_clock::now() + hours(1)).reached);
  EXPECT_EQ(dispatcher_->open(), 0U);
}

// A journal that another program holds may take a minute for the record of an attempt's start.
TEST_F(DispatcherThreadsTest, TheWatchOverAnAttemptBeginsWithThePostAndNotWithItsRecord) {
  add_tenant(1);
  HoldingJournal journal;
  start_with({}, journal);
  ASSERT_TRUE(submit(1));
  journal.wait_for_held(1);
  put_forward();
  journal.let_go();
  transport_.wait_for_posts(1);
  transport_.answer(url(1), {200});
  journal.wait_for_held(1);
  journal.let_go();
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  const auto ended = journal.of_kind<record::Ended>();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(std::get<record::Ended>(ended[0].what).outcome, Outcome::delivered);
  EXPECT_TRUE(mailbox_.mails.empty());
  dispatcher_.reset();
}

TEST_F(DispatcherThreadsTest, WhereTheSystemHasNoMoreThreadsNoMoreBegins) {
  for (int id = 1; id <= 4; ++id) add_tenant(id);
  std::atomic<int> left = 1;
  start_with(scarce(left), journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  // This one shows that there is no second thread; it has begun, and waits for the first.
  const auto second = submit(2);
  const auto third = submit(3);
  EXPECT_EQ(started(), 2U);
  put_forward();
  while (journal_.of_kind<record::AttemptFinished>().empty()) std::this_thread::yield();
  for (int id = 2; id <= 3; ++id) transport_.answer(url(id), {200});
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  const auto ended = outcomes();
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended.at(*second), Outcome::delivered);
  EXPECT_EQ(ended.at(*third), Outcome::delivered);
  EXPECT_EQ(mailbox_.mails.size(), 1U);
}

TEST_F(DispatcherThreadsTest, WithFewThreadsPostsLeaveSomeForMails) {
  for (int id = 1; id <= 5; ++id) add_tenant(id);
  add_tenant(9).webhook.clear();
  std::atomic<int> left = 4;
  start_with(scarce(left), journal_);
  for (int id = 1; id <= 5; ++id) ASSERT_TRUE(submit(id));
  transport_.wait_for_posts(4);
  EXPECT_EQ(started(), 5U);
  transport_.answer(url(1), {200});
  transport_.answer(url(2), {200});
  transport_.wait_for_posts(5);
  while (dispatcher_->open() > 3) std::this_thread::yield();
  // Three POSTs hang; a fourth does not begin, a mail does.
  ASSERT_TRUE(submit(1));
  EXPECT_EQ(started(), 5U);
  ASSERT_TRUE(submit(9));
  mailbox_.wait_for_mails(1);
}

TEST_F(DispatcherThreadsTest, WithNoThreadAtAllItFails) {
  add_tenant(1);
  std::atomic<int> left = 0;
  start_with(scarce(left), journal_);
  EXPECT_TRUE(submit(1));
  EXPECT_FALSE(dispatcher_->wait_until_idle());
  EXPECT_EQ(dispatcher_->failure()->code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace roomle_sim
