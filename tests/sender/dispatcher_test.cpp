// The dispatcher in real time, with a transport and a mailbox that the test holds in its hand.
#include "sender/dispatcher.h"

#include <future>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sender/token.h"
#include "tests/sender/dispatcher_fixture.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

TEST_F(DispatcherTest, DeliversAndSendsNoMail) {
  add_tenant(1);
  start();
  transport_.answer(url(1), {200});
  ASSERT_TRUE(submit(1));
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_TRUE(mailbox_.mails.empty());
  const auto ended = journal_.of_kind<record::Ended>();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(std::get<record::Ended>(ended[0].what).outcome, Outcome::delivered);
}

TEST_F(DispatcherTest, PostsTheBodyWithATokenOfTheTenantsSecret) {
  add_tenant(1).api_key = "acmeKey";
  start();
  transport_.answer(url(1), {200});
  ASSERT_TRUE(submit(1));
  ASSERT_TRUE(dispatcher_->wait_until_idle());
  const AttemptRequest request = transport_.requests().at(0);
  EXPECT_TRUE(check_body(request.body).empty());
  const auto token = std::find_if(request.headers.begin(), request.headers.end(),
                                  [](const auto& header) { return header.first == "token"; });
  ASSERT_NE(token, request.headers.end());
  const auto content = read_token(token->second, Secret("a-Secr3t_Str1ng!"), {});
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(content->api_key, "acmeKey");
  EXPECT_EQ(content->session_token, "anonymous");
}

TEST_F(DispatcherTest, RetriesWithAFreshTokenThenMails) {
  Tenant& tenant = add_tenant(1);
  tenant.simulator.retry.attempts = 3;
  tenant.simulator.retry.schedule = {1ms, 1ms};
  start();
  transport_.answer(url(1), {500, 502, 503});
  ASSERT_TRUE(submit(1));
  ASSERT_TRUE(dispatcher_->wait_until_idle());
  ASSERT_EQ(mailbox_.mails.size(), 1U);
  EXPECT_EQ(describe(mailbox_.mails[0].cause), "status 503");
  EXPECT_EQ(mailbox_.mails[0].cause.ambiguous_attempts, 3);
  std::set<std::string> tokens;
  for (const JournalRecord& started : journal_.of_kind<record::AttemptStarted>()) {
    tokens.insert(started.exchange->token);
  }
  EXPECT_EQ(tokens.size(), 3U) << "each attempt has a token of its own";
}

TEST_F(DispatcherTest, AHangingTenantHoldsBackNobodyElse) {
  add_tenant(1);
  add_tenant(2);
  DispatcherOptions options;
  options.attempts_per_tenant = 2;
  options.attempts_in_all = 4;
  start(options);
  transport_.answer(url(2), {200});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(2);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit(2));
  transport_.wait_for_posts(52);
  EXPECT_EQ(transport_.most_at_once(url(1)), 2);
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(transport_.most_at_once(url(1)), 2);
  EXPECT_EQ(journal_.of_kind<record::Ended>().size(), 100U);
}

TEST_F(DispatcherTest, StopInterruptsWhatHangsAndLeavesItOpen) {
  add_tenant(1);
  start();
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  dispatcher_->stop();
  EXPECT_EQ(dispatcher_->open(), 1U);
  EXPECT_TRUE(journal_.of_kind<record::AttemptFinished>().empty());
  EXPECT_TRUE(mailbox_.mails.empty());
  EXPECT_EQ(submit(1).error().code, ErrorCode::unavailable);
}

TEST_F(DispatcherTest, StopEndsAWaitForIdleAndALongWaitForARetry) {
  Tenant& tenant = add_tenant(1);
  tenant.simulator.retry.attempts = 2;
  tenant.simulator.retry.schedule = {24h};
  start();
  transport_.answer(url(1), {500});
  ASSERT_TRUE(submit(1));
  auto waiting = std::async(std::launch::async, [&] { return dispatcher_->wait_until_idle(); });
  dispatcher_->stop();
  EXPECT_FALSE(waiting.get());
}

TEST_F(DispatcherTest, AResendEndsTheWaitForARetry) {
  Tenant& tenant = add_tenant(1);
  tenant.simulator.retry.attempts = 2;
  tenant.simulator.retry.schedule = {24h};
  start();
  transport_.answer(url(1), {500, 200});
  const auto id = submit(1);
  transport_.wait_for_posts(1);
  // The answer may not be judged yet; a resend before that changes nothing, so ask until it does.
  ResendNow asked = ResendNow::under_way;
  while ((asked = dispatcher_->resend_now(*id)) == ResendNow::under_way) std::this_thread::yield();
  EXPECT_EQ(asked, ResendNow::started);
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(dispatcher_->resend_now(*id), ResendNow::not_open);
  EXPECT_EQ(dispatcher_->resend_now("d-unknown"), ResendNow::not_open);
}

TEST_F(DispatcherTest, RefusesUnknownAndInactiveTenants) {
  add_tenant(1).active = false;
  start();
  EXPECT_EQ(submit(1).error().code, ErrorCode::usage);
  EXPECT_NE(submit(1).error().message.find("inactive"), std::string::npos);
  EXPECT_EQ(submit(2).error().code, ErrorCode::usage);
  EXPECT_TRUE(journal_.kept.empty());
}

TEST_F(DispatcherTest, AFullMailboxEndsAsMailFailedWithItsReason) {
  add_tenant(1).webhook.clear();
  mailbox_.refuse = true;
  start();
  ASSERT_TRUE(submit(1));
  ASSERT_TRUE(dispatcher_->wait_until_idle());
  const auto finished = journal_.of_kind<record::MailFinished>();
  ASSERT_EQ(finished.size(), 1U);
  EXPECT_EQ(finished[0].mail_error->message, "no room");
  const auto ended = journal_.of_kind<record::Ended>();
  EXPECT_EQ(std::get<record::Ended>(ended[0].what).outcome, Outcome::mail_failed);
}

TEST_F(DispatcherTest, WithoutItsJournalNothingIsPosted) {
  add_tenant(1);
  start();
  journal_.fail = true;
  EXPECT_EQ(submit(1).error().message, "disk full");
  EXPECT_TRUE(transport_.requests().empty());
  EXPECT_EQ(dispatcher_->failure()->message, "disk full");
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(DispatcherTest, ManyTenantsAndThreadsEachEventEndsOnce) {
  for (int id = 1; id <= 20; ++id) {
    add_tenant(id);
    transport_.answer(url(id), {id % 3 == 0 ? 500 : 200});
  }
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(submit(1 + i % 20));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  std::map<std::string, int> ends;
  for (const JournalRecord& end : journal_.of_kind<record::Ended>()) ++ends[end.delivery];
  EXPECT_EQ(ends.size(), 400U);
  for (const auto& [id, count] : ends) EXPECT_EQ(count, 1) << id;
  EXPECT_EQ(mailbox_.mails.size(), 6U * 20U);
}

TEST(DeliveryId, IsUniqueAndSortsByTime) {
  std::set<std::string> ids;
  const TimePoint now{std::chrono::hours(500'000)};
  for (int i = 0; i < 10'000; ++i) ids.insert(new_delivery_id(now));
  EXPECT_EQ(ids.size(), 10'000U);
  EXPECT_LT(*ids.rbegin(), new_delivery_id(now + 1ms));
}

}  // namespace
}  // namespace roomle_sim
