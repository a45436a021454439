#include "simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fallback_mailer/memory_mailbox.h"
#include "journal/memory_journal.h"
#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::SizeIs;

const TimePoint kStart{hours(24 * 365 * 50)};

// Answers with a status after a time, by the tenant's URL, and notes when it was asked.
class Answers : public VirtualTransport {
 public:
  struct Answer {
    int status = 200;
    Duration after{0};
  };

  AttemptResult post(const AttemptRequest& request, TimePoint start) override {
    asked.emplace_back(start - kStart);
    urls.push_back(request.url);
    std::vector<Answer>& list = by_url[request.url];
    const Answer answer = list.empty() ? Answer{} : list.front();
    if (list.size() > 1) list.erase(list.begin());
    AttemptResult result;
    result.request_sent = true;
    result.duration = std::min(answer.after, request.timeout);
    if (answer.after >= request.timeout) {
      result.error = FailureReason::timeout;
    } else {
      result.response = HttpResponse{answer.status, {}, {}, false};
    }
    return result;
  }

  std::map<std::string, std::vector<Answer>> by_url;
  std::vector<Duration> asked;
  std::vector<std::string> urls;
};

class SimulationTest : public testing::Test {
 protected:
  // A tenant whose events go to "http://ID.invalid/".
  void add_tenant(std::int64_t id, const RetryPolicy& policy) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = std::to_string(id);
    tenant.webhook = url_of(id);
    tenant.simulator.retry = policy;
    registry_->add(tenant);
  }
  static std::string url_of(std::int64_t id) {
    return "http://" + std::to_string(id) + ".invalid/";
  }
  static Event event() {
    return *make_event("email.savedConfiguration", {{"email", "customer@example.com"}});
  }
  Result<std::string> submit(std::int64_t tenant) {
    return world_.submit(registry_, tenant, event());
  }
  void run_all() {
    while (world_.run(TimePoint::max() - hours(1))) {
      if (!world_.next()) return;
    }
  }
  std::optional<record::Ended> end_of(const std::string& id) { return journal_.end_of(id); }

  std::shared_ptr<TenantRegistry> registry_ = std::make_shared<TenantRegistry>();
  Answers answers_;
  MemoryJournal journal_;
  MemoryMailbox mailbox_;
  Simulation world_{answers_, journal_, mailbox_, {kStart, 1, 2, 8, {}}};
};

TEST_F(SimulationTest, AScheduleOfDaysTakesNoTimeAndKeepsEachOfItsWaits) {
  RetryPolicy policy;
  policy.attempts = 4;
  policy.schedule = {seconds(5), minutes(5), hours(75)};
  add_tenant(1, policy);
  answers_.by_url[url_of(1)] = {{503, milliseconds(20)}};
  const std::string id = *submit(1);
  run_all();
  EXPECT_THAT(answers_.asked, ElementsAre(Duration(0), seconds(5) + milliseconds(20),
                                          seconds(5) + minutes(5) + milliseconds(40),
                                          seconds(5) + minutes(5) + hours(75) + milliseconds(60)));
  ASSERT_TRUE(end_of(id));
  EXPECT_EQ(end_of(id)->outcome, Outcome::mailed);
  EXPECT_EQ(end_of(id)->attempts, 4);
  EXPECT_THAT(mailbox_.list(), SizeIs(1));
}

TEST_F(SimulationTest, NothingHappensBeforeItIsRun) {
  add_tenant(1, {});
  const std::string id = *submit(1);
  EXPECT_THAT(answers_.asked, SizeIs(0));
  EXPECT_EQ(world_.next(), kStart);
  run_all();
  EXPECT_EQ(end_of(id)->outcome, Outcome::delivered);
  EXPECT_EQ(world_.next(), std::nullopt);
}

TEST_F(SimulationTest, RunStopsAtItsTimeAndOneTickLaterGoesOn) {
  RetryPolicy policy;
  policy.attempts = 2;
  policy.schedule = {seconds(10)};
  add_tenant(1, policy);
  answers_.by_url[url_of(1)] = {{503, Duration(0)}};
  ASSERT_TRUE(submit(1));
  while (world_.run(kStart + seconds(10) - Duration(1))) {
  }
  EXPECT_THAT(answers_.asked, SizeIs(1));
  EXPECT_EQ(world_.now(), kStart + seconds(10) - Duration(1));
  while (world_.run(kStart + seconds(10))) {
  }
  EXPECT_THAT(answers_.asked, SizeIs(2));
}

TEST_F(SimulationTest, AnEventThatIsNotToBeginEarlierWaits) {
  add_tenant(1, {});
  ASSERT_TRUE(world_.submit(registry_, 1, event(), kStart + minutes(3)));
  run_all();
  EXPECT_THAT(answers_.asked, ElementsAre(minutes(3)));
}

TEST_F(SimulationTest, ATenantHasSoManyAttemptsAtOnceAndNoOtherWaitsForIt) {
  add_tenant(1, {});
  add_tenant(2, {});
  answers_.by_url[url_of(1)] = {{200, seconds(4)}};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(submit(1));
  ASSERT_TRUE(submit(2));
  run_all();
  // Two at once: the third waits for one of them, while the other tenant's begins.
  EXPECT_THAT(answers_.asked, ElementsAre(Duration(0), Duration(0), Duration(0), seconds(4)));
  EXPECT_EQ(answers_.urls[2], url_of(2));
  EXPECT_EQ(answers_.urls[3], url_of(1));
}

TEST_F(SimulationTest, AnUnknownTenantIsRefusedAsByTheDispatcher) {
  const auto refused = submit(7);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
}

// Fails once it is told to.
class FailingJournal : public MemoryJournal {
 public:
  std::optional<Error> append(std::span<const JournalRecord> records) override {
    if (left-- <= 0) return Error{ErrorCode::unavailable, "the disk is full"};
    return MemoryJournal::append(records);
  }
  int left = 0;
};

TEST_F(SimulationTest, WhatTheJournalRefusesIsNotDone) {
  add_tenant(1, {});
  FailingJournal journal;
  journal.left = 1;  // the acceptance, and not the attempt's start
  Simulation world(answers_, journal, mailbox_, {kStart, 1, 8, 8, {}});
  ASSERT_TRUE(world.submit(registry_, 1, event()));
  while (world.run(kStart + hours(1))) {
  }
  EXPECT_THAT(answers_.asked, SizeIs(0));
  ASSERT_TRUE(world.failure());
  EXPECT_EQ(world.failure()->message, "the disk is full");
  EXPECT_FALSE(world.submit(registry_, 1, event()));
}

TEST_F(SimulationTest, OfTheSameSeedTheWaitsAreTheSame) {
  RetryPolicy policy;
  policy.attempts = 3;
  policy.schedule = {hours(1), hours(1)};
  policy.jitter = {0, 0.5};
  std::vector<std::vector<Duration>> waits;
  for (const std::uint64_t seed : {7, 7, 8}) {
    Answers answers;
    answers.by_url[url_of(1)] = {{500, Duration(0)}};
    auto registry = std::make_shared<TenantRegistry>();
    Tenant tenant;
    tenant.id = 1;
    tenant.webhook = url_of(1);
    tenant.simulator.retry = policy;
    registry->add(tenant);
    MemoryJournal journal;
    Simulation world(answers, journal, mailbox_, {kStart, seed, 8, 8, {}});
    ASSERT_TRUE(world.submit(registry, 1, event()));
    while (world.next()) world.run(*world.next());
    waits.push_back(answers.asked);
  }
  EXPECT_EQ(waits[0], waits[1]);
  EXPECT_NE(waits[0], waits[2]);
}

}  // namespace
}  // namespace roomle_sim
