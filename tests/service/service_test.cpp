// The whole service: what it takes, takes up, forgets and ends.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "journal/sqlite_journal.h"
#include "tests/journal/journal_fixture.h"
#include "tests/service/service_fixture.h"
#include "tests/support/raw_server.h"

namespace roomle_sim::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(ServiceTest, AShareIsPostedAndEverythingTellsOfIt) {
  std::atomic<int> ended = 0;
  ServiceOptions with_records = options();
  with_records.on_records = [&](std::span<const JournalRecord> records) {
    for (const JournalRecord& one : records)
      ended += std::holds_alternative<record::Ended>(one.what);
  };
  const auto service = start(with_records);
  EXPECT_EQ(service->taken_up(), 0U);
  EXPECT_EQ(status_of(call(*service, request_text("GET", "/readyz"))), 200);
  const std::string answer = share(*service);
  EXPECT_LT(status_of(answer), 300) << answer;
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin: *"));
  ASSERT_TRUE(posted(1));
  EXPECT_EQ(endpoint_->requests().front().event, "email.savedConfiguration");
  ASSERT_TRUE(becomes_idle(*service));
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(get(*service, "/sim/v1/status").at("delivered"), 1);
  EXPECT_THAT(call(*service, request_text("GET", "/metrics")),
              AllOf(HasSubstr("roomle_sim_deliveries_ended_total{outcome=\"delivered\"} 1"),
                    HasSubstr("route=\"/v2/configurations/{id}/shares\"")));
}

TEST_F(ServiceTest, TheRoomleEmailsLieInTheDataFolderUnlessToldOtherwise) {
  for (const bool told : {false, true}) {
    const std::string mails = told ? folder_.path() + "/elsewhere" : data() + "/mail";
    ServiceOptions with_mailbox = options();
    if (told) with_mailbox.mailbox = "maildir:" + mails;
    const auto service = start(with_mailbox);
    ASSERT_LT(status_of(share(*service, "43")), 300);
    ASSERT_TRUE(becomes_idle(*service));
    const std::filesystem::directory_iterator files(mails + "/new");
    EXPECT_EQ(std::distance(begin(files), end(files)), 1) << mails;
    EXPECT_EQ(get(*service, "/sim/v1/mails").at("mails").size(), 1U) << mails;
  }
}

TEST_F(ServiceTest, WhatStoodOpenIsTakenUpOnceByTheNextStart) {
  {
    const auto first = start(options());
    pause(*first);
    for (int i = 0; i < 3; ++i) ASSERT_LT(status_of(share(*first)), 300);
    first->stop();
    EXPECT_EQ(first->open_deliveries(), 3U);
  }
  EXPECT_EQ(endpoint_->counts().handled, 0U);
  {
    const auto second = start(options());
    EXPECT_EQ(second->taken_up(), 3U);
    ASSERT_TRUE(becomes_idle(*second));
    EXPECT_EQ(get(*second, "/sim/v1/status").at("delivered"), 3);
  }
  const auto third = start(options());
  EXPECT_EQ(third->taken_up(), 0U);
  EXPECT_EQ(endpoint_->counts().handled, 3U);
}

// More than a page, and of a tenant that is not there any more: each ends, and says so.
TEST_F(ServiceTest, MoreThanAPageOfOpenDeliveriesIsTakenUpWhole) {
  constexpr int kMany = 4005;
  {
    const auto journal = SqliteJournal::open(data()).value();
    std::vector<JournalRecord> records;
    for (int i = 0; i < kMany; ++i) {
      for (JournalRecord& one : Told(fmt::format("d-{:05}", i), 7).accepted()) {
        records.push_back(std::move(one));
      }
    }
    ASSERT_FALSE(journal->append(records));
  }
  const auto service = start(options());
  EXPECT_EQ(service->taken_up(), static_cast<std::size_t>(kMany));
  ASSERT_TRUE(becomes_idle(*service));
  EXPECT_EQ(get(*service, "/sim/v1/status").at("mailFailed"), kMany);
}

TEST_F(ServiceTest, BeyondTheBoundAConfiguratorIsToldToComeAgain) {
  ServiceOptions bounded = options();
  bounded.dispatcher.open_limits.deliveries = 1;
  const auto service = start(bounded);
  pause(*service);
  ASSERT_LT(status_of(share(*service)), 300);
  const std::string refused = share(*service);
  EXPECT_EQ(status_of(refused), 429) << refused;
  EXPECT_THAT(
      refused,
      AllOf(HasSubstr("\r\nRetry-After: 1\r\n"),
            HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"),
            HasSubstr("\r\nAccess-Control-Expose-Headers: Retry-After, Idempotency-Replayed\r\n")));
  EXPECT_EQ(service->open_deliveries(), 1U);
  ASSERT_EQ(status_of(call(*service, request_text("POST", "/sim/v1/tenants/42/resume"))), 200);
  ASSERT_TRUE(becomes_idle(*service));
  EXPECT_LT(status_of(share(*service)), 300) << "there is room again";
}

TEST_F(ServiceTest, WhatEndedLongAgoIsForgottenAndWhatIsOpenIsNot) {
  RawServer hanging([](RawConnection& connection) { connection.wait_for_close(); });
  {
    const auto first = start(registry(hanging.url()), options());
    ASSERT_LT(status_of(share(*first, "43")), 300);
    ASSERT_TRUE(becomes_idle(*first));
    ASSERT_LT(status_of(share(*first, "43")), 300);
    ASSERT_TRUE(becomes_idle(*first));
    pause(*first);
    ASSERT_LT(status_of(share(*first)), 300);
    EXPECT_EQ(get(*first, "/sim/v1/deliveries").at("deliveries").size(), 3U);
  }
  ServiceOptions forgetful = options();
  forgetful.keep = Duration::zero();
  const auto second = start(registry(hanging.url()), forgetful);
  ASSERT_TRUE(becomes([&] { return get(*second, "/sim/v1/status").at("mailed") == 0; }));
  const auto kept = get(*second, "/sim/v1/deliveries").at("deliveries");
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(second->open_deliveries(), 1U);
}

TEST_F(ServiceTest, WhatGrowsTooOldWhileItRunsIsForgottenSoon) {
  ServiceOptions forgetful = options();
  forgetful.keep = std::chrono::milliseconds(1);
  const auto service = start(forgetful);
  ASSERT_LT(status_of(share(*service, "43")), 300);
  ASSERT_TRUE(becomes_idle(*service));
  EXPECT_TRUE(becomes([&] { return get(*service, "/sim/v1/status").at("mailed") == 0; }));
}

TEST_F(ServiceTest, WhatEndedLatelyIsKept) {
  ServiceOptions keeping = options();
  keeping.keep = std::chrono::hours(1);
  for (int run = 1; run <= 2; ++run) {
    const auto service = start(keeping);
    ASSERT_LT(status_of(share(*service, "43")), 300);
    ASSERT_TRUE(becomes_idle(*service));
    service->stop();
  }
  const auto journal = SqliteJournal::open(data());
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->counts()->mailed, 2);
}

TEST_F(ServiceTest, StopInterruptsAPostAndTheNextStartGoesOn) {
  Latch asked;
  RawServer hanging([&](RawConnection& connection) {
    connection.read_request();
    asked.open();
    connection.wait_for_close();
  });
  {
    const auto first = start(registry(hanging.url()), options());
    ASSERT_LT(status_of(share(*first)), 300);
    ASSERT_TRUE(asked.wait());
    first->stop();
    EXPECT_EQ(first->open_deliveries(), 1U);
    EXPECT_FALSE(first->failure());
  }
  const auto second = start(options());
  EXPECT_EQ(second->taken_up(), 1U);
  EXPECT_TRUE(becomes_idle(*second));
}

TEST_F(ServiceTest, StopEndsAStreamAndMayBeCalledByManyAndAgain) {
  const auto service = start(options());
  RawClient reader(service->port());
  reader.send(request_text("GET", "/sim/v1/stream"));
  EXPECT_THAT(reader.read_some(1), HasSubstr("HTTP/1.1 200"));
  RawClient idle(service->port());
  std::vector<std::thread> stoppers;
  for (int i = 0; i < 4; ++i) stoppers.emplace_back([&] { service->stop(); });
  for (std::thread& one : stoppers) one.join();
  service->stop();
  reader.read_all();
  EXPECT_NE(reader.end(), StreamEnd::open);
  EXPECT_FALSE(RawClient(service->port()).connected());
  EXPECT_FALSE(service->failure());
}

TEST_F(ServiceTest, RequestsThatNoRouteAnswersAreCountedTooAndTheServersObserverIsToldOfAll) {
  ServiceOptions observed = options();
  std::atomic<int> told = 0;
  observed.http.observer = [&](const auto&, const auto&, int, Duration) { ++told; };
  const auto service = start(observed);
  EXPECT_EQ(status_of(call(*service, request_text("GET", "/nothing/here"))), 404);
  EXPECT_EQ(
      status_of(call(*service, request_text("GET", "/sim/v1/status", {{"Host", "shop.example"}}))),
      403);
  EXPECT_EQ(status_of(call(*service, "BREW /sim/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")),
            405);
  ASSERT_TRUE(becomes([&] { return told == 3; }));
  const std::string metrics = call(*service, request_text("GET", "/metrics"));
  for (const char* series : {R"(method="GET",route="none",status="404"} 1)",
                             R"(method="GET",route="none",status="403"} 1)",
                             R"(method="other",route="none",status="405"} 1)"}) {
    EXPECT_THAT(metrics, HasSubstr(series));
  }
}

TEST_F(ServiceTest, NothingIsKeptInMemoryAlone) {
  ServiceOptions in_memory = options();
  in_memory.data_folder = ":memory:";
  in_memory.mailbox = "maildir:" + folder_.path() + "/mail";
  {
    const auto first = start(in_memory);
    pause(*first);
    ASSERT_LT(status_of(share(*first)), 300);
  }
  EXPECT_EQ(start(in_memory)->taken_up(), 0U);
  EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

// While it lives no file of this process grows: to the journal the same as a full disk. What is
// found meanwhile is looked at afterwards, since what a test prints may go to a file too.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{1, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(ServiceTest, AJournalThatFailsIsToldOnceAndNothingIsAcceptedAnyMore) {
  Latch failed;
  std::atomic<int> told = 0;
  ServiceOptions failing = options();
  failing.on_failure = [&](const Error&) {
    ++told;
    failed.open();
  };
  auto service = start(failing);
  ASSERT_LT(status_of(share(*service)), 300);
  ASSERT_TRUE(becomes_idle(*service));
  std::vector<std::string> refused;
  bool was_told = false;
  {
    const FullDisk full;
    refused.push_back(share(*service));
    was_told = failed.wait();
    refused.push_back(share(*service));
    refused.push_back(call(*service, request_text("GET", "/readyz")));
  }
  EXPECT_TRUE(was_told);
  for (const std::string& answer : refused) EXPECT_EQ(status_of(answer), 503) << answer;
  EXPECT_EQ(status_of(call(*service, request_text("GET", "/healthz"))), 200);
  service->stop();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(service->failure());
  EXPECT_EQ(endpoint_->counts().handled, 1U);
  service.reset();  // it holds the folder
  const auto again = start(options());
  EXPECT_EQ(again->taken_up(), 0U) << "what was refused was not kept";
}

TEST_F(ServiceTest, AJournalThatIsTakenAwayWhileItIsWrittenIsToldAndNothingMoreIsAccepted) {
  for (const bool exchanged : {false, true}) {
    Latch failed;
    ServiceOptions watched = options();
    watched.on_failure = [&](const Error&) { failed.open(); };
    const auto service = start(watched);
    ASSERT_LT(status_of(share(*service)), 300);
    ASSERT_TRUE(becomes_idle(*service));
    std::filesystem::rename(data(), folder_.path() + "/away");
    if (exchanged) folder_.file("data/journal.sqlite3", "another one");
    ASSERT_TRUE(failed.wait());
    EXPECT_EQ(status_of(share(*service)), 503);
    EXPECT_EQ(status_of(call(*service, request_text("GET", "/readyz"))), 503);
    EXPECT_EQ(get(*service, "/sim/v1/status").at("failed"), true);
    ASSERT_TRUE(service->failure());
    EXPECT_THAT(service->failure()->message, HasSubstr(data() + "/journal.sqlite3 was deleted"));
    service->stop();
    std::filesystem::remove_all(folder_.path() + "/away");
    std::filesystem::remove_all(data());
  }
}

}  // namespace
}  // namespace roomle_sim::test
