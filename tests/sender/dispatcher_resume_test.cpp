// A dispatcher that takes up what another one left open.
#include <gtest/gtest.h>

#include "tests/sender/dispatcher_fixture.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

class DispatcherResumeTest : public DispatcherTest {
 protected:
  UnfinishedDelivery left_open(const std::string& id, std::int64_t tenant,
                               std::vector<Record> records) {
    UnfinishedDelivery one{id, tenant, nullptr, {}};
    one.event = std::make_shared<const EventText>(
        *make_event("email.savedConfiguration", {{"email", "a@b.example"}}));
    for (Record& record : records) one.records.push_back({clock_.now(), std::move(record)});
    return one;
  }
  template <class Wanted>
  std::vector<std::string> ids_of() {
    std::vector<std::string> ids;
    for (const JournalRecord& one : journal_.of_kind<Wanted>()) ids.push_back(one.delivery);
    return ids;
  }
};

TEST_F(DispatcherResumeTest, GoesOnWithWhatWasLeftOpenAndAcceptsNothingAgain) {
  add_tenant(1).simulator.retry.attempts = 2;
  start();
  transport_.answer(url(1), {200});
  const auto error = dispatcher_->resume(
      registry_, {left_open("d-1", 1, {record::Accepted{}}),
                  left_open("d-2", 1, {record::Accepted{}, record::AttemptStarted{1}}),
                  left_open("d-3", 1,
                            {record::Accepted{}, record::AttemptStarted{1},
                             record::AttemptFinished{1, {}}, record::MailStarted{}})});
  ASSERT_FALSE(error) << error->message;
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(transport_.requests().size(), 2U);
  EXPECT_EQ(mailbox_.mails.size(), 1U);
  EXPECT_EQ(mailbox_.mails[0].delivery, "d-3");
  EXPECT_TRUE(journal_.of_kind<record::Accepted>().empty());
  EXPECT_EQ(ids_of<record::Ended>().size(), 3U);
  const auto finished = journal_.of_kind<record::AttemptFinished>();
  ASSERT_FALSE(finished.empty());
  EXPECT_EQ(finished[0].delivery, "d-2") << "what was lost is recorded first";
  EXPECT_TRUE(std::get<record::AttemptFinished>(finished[0].what).verdict.lost);
  EXPECT_EQ(finished[0].exchange, nullptr);
}

TEST_F(DispatcherResumeTest, WaitsForARetryThatIsNotDueYet) {
  add_tenant(1).simulator.retry.attempts = 2;
  start();
  transport_.answer(url(1), {200});
  UnfinishedDelivery waiting =
      left_open("d-1", 1,
                {record::Accepted{}, record::AttemptStarted{1}, record::AttemptFinished{1, {}},
                 record::RetryScheduled{2, clock_.now() + 1h}});
  ASSERT_FALSE(dispatcher_->resume(registry_, {std::move(waiting)}));
  EXPECT_EQ(dispatcher_->open(), 1U);
  EXPECT_TRUE(transport_.requests().empty());
  EXPECT_EQ(dispatcher_->resend_now("d-1"), ResendNow::started);
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(transport_.requests().size(), 1U);
}

TEST_F(DispatcherResumeTest, WhatIsNotToBeginEarlierWaitsOnAndAResendDoesNotHurryIt) {
  add_tenant(1);
  start();
  transport_.answer(url(1), {200});
  ASSERT_FALSE(
      dispatcher_->resume(registry_, {left_open("d-1", 1, {record::Accepted{clock_.now() + 1h}}),
                                      left_open("d-2", 1, {record::Accepted{}})}));
  while (dispatcher_->open() > 1) std::this_thread::yield();
  EXPECT_EQ(dispatcher_->resend_now("d-1"), ResendNow::under_way);
  EXPECT_EQ(ids_of<record::AttemptStarted>(), std::vector<std::string>{"d-2"});
}

TEST_F(DispatcherResumeTest, WhatIsResumedCountsButIsNeverRefused) {
  add_tenant(1);
  DispatcherOptions options;
  options.open_limits.deliveries = 1;
  options.open_limits.bytes = 1;
  start(options);
  ASSERT_FALSE(dispatcher_->resume(registry_, {left_open("d-1", 1, {record::Accepted{}}),
                                               left_open("d-2", 1, {record::Accepted{}})}));
  EXPECT_EQ(dispatcher_->open(), 2U);
  EXPECT_EQ(submit(1).error().code, ErrorCode::busy);
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_until_idle());
}

TEST_F(DispatcherResumeTest, ATenantThatIsGoneOrInactiveEndsAsMailFailedWithTheReason) {
  add_tenant(1).active = false;
  start();
  ASSERT_FALSE(dispatcher_->resume(
      registry_, {left_open("d-1", 1, {record::Accepted{}}),
                  left_open("d-2", 2, {record::Accepted{}, record::AttemptStarted{1}})}));
  EXPECT_EQ(dispatcher_->open(), 0U);
  const auto mails = journal_.of_kind<record::MailFinished>();
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_NE(mails[0].mail_error->message.find("is inactive"), std::string::npos);
  EXPECT_EQ(mails[1].mail_error->message, "there is no tenant 2");
  EXPECT_EQ(mails[1].tenant, nullptr);
  for (const JournalRecord& end : journal_.of_kind<record::Ended>()) {
    EXPECT_EQ(std::get<record::Ended>(end.what).outcome, Outcome::mail_failed);
  }
  EXPECT_EQ(ids_of<record::Ended>().size(), 2U);
  EXPECT_TRUE(mailbox_.mails.empty());
}

TEST_F(DispatcherResumeTest, WithoutItsJournalNothingIsTakenUp) {
  add_tenant(1).simulator.retry.attempts = 2;
  start();
  journal_.fail = true;
  const auto error = dispatcher_->resume(
      registry_, {left_open("d-1", 1, {record::Accepted{}}),
                  left_open("d-2", 1, {record::Accepted{}, record::AttemptStarted{1}})});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "disk full");
  EXPECT_EQ(dispatcher_->open(), 0U);
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(DispatcherResumeTest, AStoppedDispatcherTakesUpNothing) {
  add_tenant(1);
  start();
  dispatcher_->stop();
  EXPECT_TRUE(dispatcher_->resume(registry_, {left_open("d-1", 1, {record::Accepted{}})}));
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(DispatcherResumeTest, TenantsReadAnewApplyToWhatIsSubmittedFromThenOn) {
  add_tenant(1);
  start();
  transport_.answer(url(1), {200});
  transport_.answer("http://moved.example/", {200});
  ASSERT_TRUE(submit(1));
  auto changed = std::make_shared<TenantRegistry>();
  Tenant moved = tenants_[0];
  moved.webhook = "http://moved.example/";
  changed->add(moved);
  registry_ = changed;
  ASSERT_TRUE(submit(1));
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(transport_.most_at_once("http://moved.example/"), 1);
}

}  // namespace
}  // namespace roomle_sim
