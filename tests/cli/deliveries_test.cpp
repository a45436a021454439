// `roomle-sim deliveries` and `tenants pause|resume`, against a running service and against others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "tests/cli/serve_support.h"
#include "tests/support/held_port.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Deliveries : public ::testing::Test {
 protected:
  void tenants(const std::string& webhook, const std::string& simulator = "{}",
               const std::string& more = {}) const {
    folder_.file("tenants.json", tenants_text(webhook, simulator, more));
  }
  TemporaryFolder folder_;
};

TEST_F(Deliveries, AListTellsPeopleWhatHappenedInATable) {
  RefusingPort nobody;
  tenants(nobody.url());
  RunningService service(folder_);
  const std::string delivery = service.share();
  service.next("outcome");
  const ProcessResult list = service.client({"deliveries", "list"});
  EXPECT_EQ(list.exit_code, exit_code::kFine) << list.err;
  EXPECT_THAT(list.out, StartsWith("DELIVERY"));
  EXPECT_THAT(list.out, HasSubstr(delivery));
  EXPECT_THAT(list.out, HasSubstr("mailed"));
  EXPECT_THAT(list.out, HasSubstr("1 attempt, connect_refused"));
}

TEST_F(Deliveries, AListHasPagesThatGoOnWhereOneEnded) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  RunningService service(folder_);
  std::vector<std::string> newest_first;
  for (int i = 0; i < 3; ++i) {
    newest_first.insert(newest_first.begin(), service.share());
    service.next("outcome");
  }
  const ProcessResult first = service.client({"deliveries", "list", "--json", "--limit", "2"});
  ASSERT_EQ(first.exit_code, exit_code::kFine) << first.err;
  const auto page = objects(first.out);
  ASSERT_EQ(page.size(), 3U);
  EXPECT_EQ(page[0]["type"], "delivery");
  EXPECT_EQ(page[0]["id"], newest_first[0]);
  EXPECT_EQ(page[1]["id"], newest_first[1]);
  EXPECT_EQ(page[2]["type"], "page");
  EXPECT_THAT(first.err, HasSubstr("--cursor"));
  const ProcessResult second = service.client(
      {"deliveries", "list", "--json", "--cursor", page[2]["next"].get<std::string>()});
  ASSERT_EQ(objects(second.out).size(), 1U) << second.out;
  EXPECT_EQ(objects(second.out)[0]["id"], newest_first[2]);
  EXPECT_EQ(objects(service.client({"deliveries", "list", "--json", "--all"}).out).size(), 3U);
}

TEST_F(Deliveries, FiltersLeaveOutWhatDoesNotMatch) {
  RefusingPort nobody;
  tenants(nobody.url(), "{}", R"(,{"id":43,"name":"other"})");
  RunningService service(folder_);
  const std::string mailed = service.share("c:i:1", "42");
  service.next("outcome");
  const std::string without = service.share("c:i:1", "43");
  service.next("outcome");
  const auto ids = [&](std::vector<std::string> filter) {
    filter.insert(filter.begin(), {"deliveries", "list", "--json"});
    std::vector<std::string> found;
    for (const auto& one : objects(service.client(filter).out)) found.push_back(one["id"]);
    return found;
  };
  EXPECT_THAT(ids({"--tenant", "acme"}), testing::ElementsAre(mailed));
  EXPECT_THAT(ids({"--tenant", "43"}), testing::ElementsAre(without));
  EXPECT_THAT(ids({"--reason", "connect_refused"}), testing::ElementsAre(mailed));
  EXPECT_THAT(ids({"--outcome", "delivered"}), testing::IsEmpty());
  EXPECT_THAT(ids({"--open"}), testing::IsEmpty());
  EXPECT_THAT(ids({"--since", "3d"}), testing::ElementsAre(without, mailed));
  EXPECT_THAT(ids({"--until", "2020-01-01"}), testing::IsEmpty());
  EXPECT_THAT(ids({"--from", "2020-01-01T00:00:00Z", "--event", "email.savedConfiguration"}),
              testing::ElementsAre(without, mailed));
}

TEST_F(Deliveries, OneIsShownWholeAndItsTokenOnlyWhenAskedFor) {
  RunningEndpoint endpoint(
      {"--behavior", folder_.file("b.json", R"({"sequence":[{"status":503,"body":"down"}]})")});
  tenants(endpoint.url());
  RunningService service(folder_);
  const std::string delivery = service.share("catalog:item:1");
  service.next("outcome");
  const ProcessResult shown = service.client({"deliveries", "show", delivery});
  EXPECT_EQ(shown.exit_code, exit_code::kFine) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("email.savedConfiguration for tenant 42, delivery " + delivery));
  EXPECT_THAT(shown.out, HasSubstr("catalog:item:1"));
  EXPECT_THAT(shown.out, HasSubstr("<- 503 in "));
  EXPECT_THAT(shown.out, HasSubstr("down"));
  EXPECT_THAT(shown.out, HasSubstr("Ambiguous"));
  EXPECT_THAT(shown.out, HasSubstr("outcome: mailed after 1 attempt"));
  EXPECT_THAT(shown.out, Not(HasSubstr("aValidApiKey")));
  const ProcessResult token = service.client({"deliveries", "show", delivery, "--token"});
  EXPECT_THAT(token.out, HasSubstr(";anonymous;aValidApiKey"));
  const auto json = objects(service.client({"deliveries", "show", delivery, "--json"}).out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["type"], "delivery");
  EXPECT_EQ(json[0]["id"], delivery);
}

TEST_F(Deliveries, OneThatIsNotThereEndsWithFour) {
  tenants("http://127.0.0.1:9/");
  const RunningService service(folder_);
  for (const char* id : {"d-none", "../deliveries", "a b", "ä"}) {
    const ProcessResult shown = service.client({"deliveries", "show", id});
    EXPECT_EQ(shown.exit_code, exit_code::kNotAsExpected) << id << shown.err;
    EXPECT_EQ(service.client({"deliveries", "resend", id}).exit_code, exit_code::kNotAsExpected);
  }
}

TEST_F(Deliveries, AResendBecomesANewDelivery) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  RunningService service(folder_);
  const std::string delivery = service.share();
  service.next("outcome");
  const ProcessResult again = service.client({"deliveries", "resend", delivery, "--json"});
  EXPECT_EQ(again.exit_code, exit_code::kFine) << again.err;
  const auto object = objects(again.out).at(0);
  EXPECT_EQ(object["type"], "resent");
  EXPECT_NE(object["delivery"], delivery);
  EXPECT_EQ(service.next("outcome")["delivery"], object["delivery"]);
}

TEST_F(Deliveries, AllThatMatchAreSentAgainAndADryRunOnlySaysWhich) {
  RefusingPort nobody;
  tenants(nobody.url());
  RunningService service(folder_);
  for (int i = 0; i < 3; ++i) {
    service.share();
    service.next("outcome");
  }
  const auto count = [&] {
    return objects(service.client({"deliveries", "list", "--json", "--all"}).out).size();
  };
  const ProcessResult dry =
      service.client({"deliveries", "resend", "--outcome", "mailed", "--dry-run"});
  EXPECT_EQ(dry.exit_code, exit_code::kFine) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("would be sent again"));
  EXPECT_EQ(count(), 3U);
  const ProcessResult two = service.client(
      {"deliveries", "resend", "--reason", "connect_refused", "--limit", "2", "--json"});
  EXPECT_EQ(two.exit_code, exit_code::kFine) << two.err;
  EXPECT_EQ(objects(two.out).size(), 2U);
  EXPECT_THAT(two.err, HasSubstr("2 sent again"));
  EXPECT_EQ(count(), 5U);
}

TEST_F(Deliveries, AResendWantsToKnowWhich) {
  const ProcessResult none = roomle_sim_run({"deliveries", "resend"});
  EXPECT_EQ(none.exit_code, exit_code::kUsage);
  EXPECT_THAT(none.err, HasSubstr("which ones?"));
  EXPECT_EQ(roomle_sim_run({"deliveries", "resend", "d-1", "--open"}).exit_code, exit_code::kUsage);
  EXPECT_EQ(roomle_sim_run({"deliveries", "resend", "d-1", "--dry-run"}).exit_code,
            exit_code::kUsage);
}

TEST_F(Deliveries, AResendWithoutAnAnswerIsMadeOnceMoreWithTheSameKey) {
  std::mutex mutex;
  std::vector<std::string> keys;
  const RawServer server([&](RawConnection& connection) {
    const std::string request = connection.read_request();
    const std::size_t at = request.find("Idempotency-Key: ");
    if (at == std::string::npos) return;
    const std::lock_guard lock(mutex);
    keys.push_back(request.substr(at, request.find("\r\n", at) - at));
    if (keys.size() == 1) return;  // the connection ends without an answer
    const std::string body = R"({"delivery":"d-2","of":"d-1","resent":"anew"})";
    connection.send(
        fmt::format("HTTP/1.1 202 Accepted\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  });
  const ProcessResult result =
      roomle_sim_run({"deliveries", "resend", "d-1", "--url", server.origin()});
  EXPECT_EQ(result.exit_code, exit_code::kFine) << result.err;
  const std::lock_guard lock(mutex);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0], keys[1]);
}

TEST_F(Deliveries, APausedTenantWaitsUntilItIsResumed) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  RunningService service(folder_);
  const ProcessResult paused = service.client({"tenants", "pause", "acme", "--json"});
  EXPECT_EQ(paused.exit_code, exit_code::kFine) << paused.err;
  EXPECT_EQ(objects(paused.out).at(0)["paused"], true);
  const std::string delivery = service.share();
  EXPECT_EQ(objects(service.client({"deliveries", "list", "--open", "--json"}).out).size(), 1U);
  const ProcessResult resumed = service.client({"tenants", "resume", "42"});
  EXPECT_EQ(resumed.exit_code, exit_code::kFine) << resumed.err;
  EXPECT_EQ(service.next("outcome")["delivery"], delivery);
  EXPECT_EQ(service.client({"tenants", "pause", "nobody"}).exit_code, exit_code::kNotAsExpected);
}

TEST_F(Deliveries, OneOfAPausedTenantSaysWhyItWaits) {
  tenants("http://127.0.0.1:9/", "{}", R"(,{"id":44,"name":"old","active":false})");
  RunningService service(folder_);
  ASSERT_EQ(service.client({"tenants", "pause", "42"}).exit_code, exit_code::kFine);
  const std::string delivery = service.share();
  EXPECT_THAT(service.client({"deliveries", "show", delivery}).out,
              HasSubstr("its tenant is paused: 'roomle-sim tenants resume 42' lets it go on"));
  const ProcessResult inactive = service.client({"tenants", "pause", "44"});
  EXPECT_THAT(inactive.out, HasSubstr("it is inactive, so that its events are refused"));
  EXPECT_THAT(inactive.out, Not(HasSubstr("are taken")));
}

// Nobody was left to mail for, and none of it is claimed.
TEST_F(Deliveries, OneWhoseTenantIsGoneTellsOfNoMail) {
  tenants("http://127.0.0.1:9/");
  std::string delivery;
  {
    RunningService first(folder_);
    ASSERT_EQ(first.client({"tenants", "pause", "42"}).exit_code, exit_code::kFine);
    delivery = first.share();
    first.process().signal(SIGTERM);
    first.process().wait();
  }
  folder_.file("tenants.json", R"({"tenants":[{"id":43,"name":"other"}]})");
  RunningService second(folder_);
  const ProcessResult shown = second.client({"deliveries", "show", delivery});
  EXPECT_THAT(shown.out, HasSubstr("no mail: there is no tenant 42"));
  EXPECT_THAT(shown.out, Not(HasSubstr("Roomle's own email")));
  EXPECT_THAT(shown.out, HasSubstr("outcome: mail_failed"));
}

// Every command that asks, and what must not be asked of a stranger.
const std::vector<std::vector<std::string>>& client_commands() {
  static const std::vector<std::vector<std::string>> kCommands{
      {"deliveries", "list"},
      {"deliveries", "list", "--all", "--json"},
      {"deliveries", "show", "d-1"},
      {"deliveries", "show", "d-1", "--json"},
      {"deliveries", "resend", "d-1"},
      {"deliveries", "resend", "--outcome", "mailed"},
      {"mails", "list"},
      {"mails", "show", "d-1"},
      {"mails", "show", "d-1", "--json"},
      {"tenants", "pause", "42"},
      {"tenants", "resume", "42"},
      {"tail"},
      {"tail", "--json"},
  };
  return kCommands;
}

TEST(ForeignServers, AreToldAsSuchByEveryCommand) {
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"{}", "application/json"},
      {"[]", "application/json"},
      {"<html><body>hello</body></html>", "text/html"},
      {R"({"deliveries":7,"mails":{},"id":[],"paused":"no","headers":[],"text":1,"next":{}})",
       "application/json"},
      {R"({"deliveries":[{}],"mails":[1],"id":"x","resent":[{}],"refused":[{}],"matched":-1})",
       "application/json"},
      {"", "text/plain"},
      {"data: hello\n\n", "text/event-stream"},
      {"event: ended\ndata: {}\n\n", "text/event-stream"}};
  for (const auto& [body, type] : bodies) {
    const ForeignServer server(body, type);
    for (std::vector<std::string> command : client_commands()) {
      const std::string name = fmt::format("{} against {}", fmt::join(command, " "), body);
      command.insert(command.end(), {"--url", server.url()});
      const ProcessResult result = roomle_sim_run(command);
      EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun) << name << ": " << result.err;
      EXPECT_THAT(result.err, HasSubstr("is no roomle-sim service")) << name;
      EXPECT_THAT(result.err, Not(HasSubstr("a bug"))) << name;
    }
  }
}

TEST(ForeignServers, ANotFoundOfTheirsIsNoAnswerOfOurs) {
  const ForeignServer server("<h1>Not Found</h1>", "text/html", "404 Not Found");
  for (std::vector<std::string> command : client_commands()) {
    command.insert(command.end(), {"--url", server.url()});
    const ProcessResult result = roomle_sim_run(command);
    EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun) << command[0] << result.err;
    EXPECT_THAT(result.err, HasSubstr("is no roomle-sim service"));
  }
}

TEST(ForeignServers, WhereNobodyListensThatIsSaid) {
  const test::HeldPort nobody;
  for (std::vector<std::string> command : client_commands()) {
    command.insert(command.end(), {"--url", nobody.url()});
    const ProcessResult result = roomle_sim_run(command);
    EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun) << command[0];
    EXPECT_THAT(result.err, HasSubstr("nobody listens there")) << command[0];
  }
}

TEST(ForeignServers, AUrlThatIsNoneIsAMistakeOfTheCommandLine) {
  for (std::vector<std::string> command : client_commands()) {
    command.insert(command.end(), {"--url", "localhost"});
    const ProcessResult result = roomle_sim_run(command);
    EXPECT_EQ(result.exit_code, exit_code::kUsage) << command[0];
    EXPECT_THAT(result.err, HasSubstr("--url")) << command[0];
    EXPECT_THAT(result.err, HasSubstr("expected an address such as http://127.0.0.1:8787"));
    command.back() = "http://127.0.0.1:8787/v2";
    const ProcessResult path = roomle_sim_run(command);
    EXPECT_EQ(path.exit_code, exit_code::kUsage) << command[0];
    EXPECT_THAT(path.err, HasSubstr("without a path")) << command[0];
  }
}

TEST(ClientHelp, OfAGroupSaysWhatToStartFirst) {
  for (const char* group : {"deliveries", "mails"}) {
    const ProcessResult help = roomle_sim_run({group, "--help"});
    EXPECT_THAT(help.out, HasSubstr("Start with:  roomle-sim serve --tenants")) << group;
  }
}

}  // namespace
}  // namespace roomle_sim
