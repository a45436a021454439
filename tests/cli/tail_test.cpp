// `roomle-sim tail`, against a running service and against one of the test's own.
#include <csignal>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "cli/exit_code.h"
#include "tests/cli/serve_support.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

// Following, once its first line is there.
class RunningTail {
 public:
  explicit RunningTail(const std::string& url, std::vector<std::string> more = {"--json"})
      : process_(program(with_url(url, std::move(more)))) {}

  ordered_json next() { return json_from(process_.read_line()); }
  Process& process() { return process_; }

 private:
  static std::vector<std::string> with_url(const std::string& url, std::vector<std::string> more) {
    more.insert(more.begin(), {"tail", "--url", url});
    return more;
  }
  Process process_;
};

class TailOfService : public ::testing::Test {
 protected:
  TailOfService() {
    folder_.file("tenants.json", tenants_text(nobody_.url(), "{}", R"(,{"id":43,"name":"other"})"));
  }
  RefusingPort nobody_;
  TemporaryFolder folder_;
};

TEST_F(TailOfService, TellsEachStepAsItHappens) {
  const RunningService service(folder_);
  RunningTail tail(service.url());
  EXPECT_EQ(tail.next()["type"], "ready");
  const std::string delivery = service.share();
  std::vector<std::string> types;
  while (types.empty() || types.back() != "ended") {
    const ordered_json object = tail.next();
    ASSERT_TRUE(object.is_object());
    EXPECT_EQ(object["delivery"], delivery);
    types.push_back(object["type"]);
  }
  EXPECT_THAT(types, ElementsAre("accepted", "attempt_started", "attempt_finished", "mail_started",
                                 "mail_finished", "ended"));
  tail.process().signal(SIGINT);
  EXPECT_EQ(tail.process().wait().exit_code, exit_code::kInterrupted);
}

TEST_F(TailOfService, OfOneTenantTellsNothingOfOthers) {
  const RunningService service(folder_);
  RunningTail tail(service.url(), {"--json", "--tenant", "other"});
  EXPECT_EQ(tail.next()["type"], "ready");
  service.share("c:i:1", "42");
  const std::string delivery = service.share("c:i:1", "43");
  EXPECT_EQ(tail.next()["delivery"], delivery);
  EXPECT_EQ(service.client({"tail", "--tenant", "nobody"}).exit_code, exit_code::kUsage);
}

TEST_F(TailOfService, GoesOnWhereItWasWhenTheServiceStartsAnew) {
  auto service = std::make_unique<RunningService>(folder_);
  const std::string port = std::to_string(service->port());
  RunningTail tail(service->url());
  EXPECT_EQ(tail.next()["type"], "ready");
  service->process().signal(SIGTERM);
  service->process().wait();
  service.reset();
  // The same address again, and a run of its own: what was between is a gap.
  Process again(program({"serve", "--json", "--port", port, "--tenants",
                         folder_.path() + "/tenants.json", "--data", folder_.path() + "/data"}));
  ASSERT_THAT(again.read_line(), HasSubstr("ready"));
  const ordered_json gap = tail.next();
  EXPECT_EQ(gap["type"], "gap");
  EXPECT_THAT(gap["message"], HasSubstr("another run"));
}

// Shows what a stream's reader asks for; each connection gets the next of the answers.
class StreamServer {
 public:
  explicit StreamServer(std::vector<std::string> answers)
      : answers_(std::move(answers)), server_([this](RawConnection& connection) {
          const std::string request = connection.read_request();
          std::string answer;
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
            answer = answers_[std::min(requests_.size(), answers_.size()) - 1];
          }
          connection.send(
              "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" +
              answer);
          if (answer.ends_with("hold\n")) connection.wait_for_close();
        }) {}

  [[nodiscard]] std::string url() const { return server_.origin(); }
  std::string request(std::size_t number) {
    const std::lock_guard lock(mutex_);
    return requests_.at(number);
  }

 private:
  std::vector<std::string> answers_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  RawServer server_;
};

std::string ended_event(int number) {
  return fmt::format(
      "id: run-{}\nevent: ended\ndata: {{\"delivery\":\"d-{}\",\"tenant\":42,\"event\":\"e\","
      "\"at\":\"2026-01-01T00:00:00.000Z\",\"outcome\":\"delivered\",\"attempts\":1}}\n\n",
      number, number);
}

TEST(Tail, ConnectsAgainAndNamesTheLastEventThatItSaw) {
  StreamServer server({ended_event(1), "", ended_event(2) + ": hold\n"});
  RunningTail tail(server.url());
  EXPECT_EQ(tail.next()["type"], "ready");
  EXPECT_EQ(tail.next()["delivery"], "d-1");
  EXPECT_EQ(tail.next()["delivery"], "d-2");
  EXPECT_THAT(server.request(0), testing::Not(HasSubstr("Last-Event-ID")));
  EXPECT_THAT(server.request(1), HasSubstr("Last-Event-ID: run-1\r\n"));
  EXPECT_THAT(server.request(2), HasSubstr("Last-Event-ID: run-1\r\n"));
}

TEST(Tail, AGapIsTold) {
  const std::string gap = "event: gap\ndata: {\"message\":\"some are not kept\"}\n\n";
  StreamServer server({gap + ended_event(1) + ": hold\n"});
  RunningTail machine(server.url());
  EXPECT_EQ(machine.next()["type"], "ready");
  const ordered_json object = machine.next();
  EXPECT_EQ(object["type"], "gap");
  EXPECT_EQ(object["message"], "some are not kept");
  RunningTail people(server.url(), {});
  people.process().read_line();  // of the event behind the gap
  people.process().signal(SIGTERM);
  EXPECT_THAT(people.process().wait().err, HasSubstr("some are not kept"));
}

TEST(Tail, PeopleGetALineForEachEvent) {
  StreamServer server({ended_event(1) + ": hold\n"});
  RunningTail tail(server.url(), {});
  EXPECT_EQ(tail.process().read_line(), "00:00:00.000Z  d-1  delivered after 1 attempt");
}

TEST(Tail, WhatAnEventSaysCannotMoveTheCursor) {
  StreamServer server(
      {"event: accepted\ndata: {\"delivery\":\"\\u001b[2J\",\"tenant\":1,"
       "\"event\":\"\\u001b[H\",\"at\":\"x\"}\n\n: hold\n"});
  RunningTail tail(server.url(), {});
  EXPECT_THAT(tail.process().read_line(), testing::Not(HasSubstr("\x1b")));
}

TEST(Tail, EndsWhenNobodyReadsItAnyMore) {
  StreamServer server({ended_event(1) + ": hold\n"});
  ProcessOptions options;
  options.environment["URL"] = server.url();
  options.environment["PROGRAM_UNDER_TEST"] = PROGRAM;
  // No event comes behind the first: the closed pipe alone must end it.
  const ProcessResult result = run_process(
      {"bash", "-c",
       "\"$PROGRAM_UNDER_TEST\" tail --url \"$URL\" | head -n 1; echo \"${PIPESTATUS[0]}\""},
      options);
  EXPECT_THAT(result.out, HasSubstr("delivered after 1 attempt\n3\n"));
  EXPECT_THAT(result.err, HasSubstr("stdout was closed"));
}

TEST(Tail, EndsWhenWhatItSaysCannotBeWritten) {
  StreamServer server({": hold\n"});
  ProcessOptions full;
  full.stdout_to = "/dev/full";
  const ProcessResult result = roomle_sim_run({"tail", "--json", "--url", server.url()}, full);
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(result.err, HasSubstr("could not be written to the end"));
}

}  // namespace
}  // namespace roomle_sim
