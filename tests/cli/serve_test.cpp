// `roomle-sim serve` as a user runs it: it starts, takes events, ends, and goes on.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "cli/exit_code.h"
#include "tests/cli/serve_support.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Serve : public ::testing::Test {
 protected:
  void tenants(const std::string& webhook, const std::string& simulator = "{}") const {
    folder_.file("tenants.json", tenants_text(webhook, simulator));
  }
  // To its end, with those flags behind those that every start has.
  ProcessResult start(const std::vector<std::string>& more = {},
                      const ProcessOptions& options = {}) const {
    return run_process(RunningService::command(folder_, more), options);
  }

  TemporaryFolder folder_;
};

TEST_F(Serve, IsReadyWithItsRealPortAndSaysWhereAConfiguratorPoints) {
  tenants("http://127.0.0.1:9/");
  RunningService service(folder_);
  EXPECT_GT(service.port(), 0);
  EXPECT_EQ(service.url(), fmt::format("http://127.0.0.1:{}", service.port()));
  EXPECT_EQ(service.ready()["dataFolder"], folder_.path() + "/data");
  EXPECT_EQ(service.ready()["takenUp"], 0);
  EXPECT_EQ(ask(service.port(), "GET", "/readyz").status, 200);
  service.process().signal(SIGTERM);
  const ProcessResult result = service.process().wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  EXPECT_THAT(result.err, HasSubstr("customApiUrl: \"" + service.url() + "/v2\""));
  EXPECT_THAT(result.err, HasSubstr("curl -H 'currentTenant: 42'"));
  EXPECT_THAT(result.err, HasSubstr("roomle-sim tail --url " + service.url()));
}

TEST_F(Serve, AShareReachesTheEndpointAndEachObjectNamesDeliveryAndTenant) {
  RunningEndpoint endpoint({"--secret", "a-Secr3t_Str1ng!", "--api-key", "aValidApiKey"});
  tenants(endpoint.url());
  RunningService service(folder_);
  const std::string delivery = service.share("catalogId:itemId:2564B3");
  const auto request = json_from(endpoint.process().read_line());
  EXPECT_EQ(request["event"], "email.savedConfiguration");
  EXPECT_EQ(request["token"]["verdict"], "authenticated");
  const ordered_json attempt = service.next("attempt");
  EXPECT_EQ(attempt["delivery"], delivery);
  EXPECT_EQ(attempt["tenant"], 42);
  EXPECT_EQ(attempt["status"], 200);
  const ordered_json outcome = service.next("outcome");
  EXPECT_EQ(outcome["outcome"], "delivered");
  EXPECT_EQ(outcome["delivery"], delivery);
  EXPECT_EQ(outcome["tenant"], 42);
}

TEST_F(Serve, AFailedOneIsMailedIntoTheDataFolder) {
  RefusingPort nobody;
  tenants(nobody.url());
  RunningService service(folder_);
  const std::string delivery = service.share();
  EXPECT_EQ(service.next("mail")["handedOver"], true);
  EXPECT_EQ(service.next("outcome")["outcome"], "mailed");
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/data/mail/new/" + delivery + ".eml"));
}

TEST_F(Serve, MailsGoWhereTheFlagSays) {
  RefusingPort nobody;
  tenants(nobody.url());
  RunningService service(folder_, {"--mail", "maildir:" + folder_.path() + "/box"});
  const std::string delivery = service.share();
  service.next("outcome");
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/box/new/" + delivery + ".eml"));
}

TEST_F(Serve, WhatStoodOpenIsTakenUpByTheNextStartBehindTheReadyLine) {
  RefusingPort nobody;
  tenants(nobody.url(), R"({"retry":{"schedule":["24h"]}})");
  std::string delivery;
  {
    RunningService service(folder_);
    delivery = service.share();
    service.next("retry");
    service.process().signal(SIGINT);
    const ProcessResult result = service.process().wait();
    EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
    EXPECT_THAT(result.err, HasSubstr("1 delivery stays open"));
  }
  // Without a retry left, the mail goes at once.
  tenants(nobody.url());
  RunningService service(folder_);
  EXPECT_EQ(service.ready()["takenUp"], 1);
  const ordered_json outcome = service.next("outcome");
  EXPECT_EQ(outcome["delivery"], delivery);
  EXPECT_EQ(outcome["outcome"], "mailed");
}

TEST_F(Serve, TellsPeopleAShortStory) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  std::vector<std::string> command = RunningService::command(folder_);
  std::erase(command, "--json");
  Process process(command);
  const std::string first = process.read_line();
  ASSERT_THAT(first, HasSubstr("serving at http://127.0.0.1:"));
  ask(port_in(first.substr(first.find("http"))), "POST", "/v2/configurations/c:i:1/shares",
      "email=a%40example.com&type=3",
      {{"Content-Type", "application/x-www-form-urlencoded"}, {"currentTenant", "42"}});
  std::string story;
  for (std::string line = process.read_line(); !line.empty(); line = process.read_line()) {
    story += line + "\n";
    if (line.find("outcome") != std::string::npos) break;
  }
  EXPECT_THAT(story, HasSubstr("email.savedConfiguration for tenant 42 'Acme'"));
  EXPECT_THAT(story, HasSubstr("outcome: delivered after 1 attempt"));
}

TEST_F(Serve, ASecondOneOnTheSameFolderIsRefused) {
  tenants("http://127.0.0.1:9/");
  const RunningService service(folder_);
  const ProcessResult second = start();
  EXPECT_EQ(second.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(second.err, HasSubstr("in use"));
  EXPECT_EQ(second.out, "");
}

TEST_F(Serve, ATakenPortIsAnErrorOfTheMachine) {
  tenants("http://127.0.0.1:9/");
  const RunningService service(folder_);
  const TemporaryFolder other;
  const ProcessResult second =
      start({"--data", other.path(), "--port", std::to_string(service.port())});
  // The flags stand twice: the last one of each would do too, but a flag is given once.
  EXPECT_EQ(second.exit_code, exit_code::kUsage);
  const ProcessResult taken =
      roomle_sim_run({"serve", "--tenants", folder_.path() + "/tenants.json", "--data",
                      other.path(), "--port", std::to_string(service.port())});
  EXPECT_EQ(taken.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(taken.err, HasSubstr("the port is taken"));
}

TEST_F(Serve, FilesThatCannotBeUsedEndWithTwo) {
  folder_.file("tenants.json", R"({"tenants":[{"id":42,"webhok":"x"}]})");
  const ProcessResult bad = start();
  EXPECT_EQ(bad.exit_code, exit_code::kBadFile);
  EXPECT_THAT(bad.err, HasSubstr("tenants.json:1:"));
  EXPECT_THAT(bad.err, HasSubstr("did you mean 'webhook'?"));
  tenants("http://127.0.0.1:9/");
  const ProcessResult token = start({"--access-token-file", folder_.file("token", "two words")});
  EXPECT_EQ(token.exit_code, exit_code::kBadFile);
  EXPECT_THAT(token.err, Not(HasSubstr("two words")));
  folder_.file("data/journal.sqlite3", "this is no database at all, whatever its name may say");
  const ProcessResult journal = start();
  EXPECT_EQ(journal.exit_code, exit_code::kBadFile) << journal.err;
}

TEST_F(Serve, AFolderThatCannotBeMadeEndsWithThree) {
  tenants("http://127.0.0.1:9/");
  const std::string file = folder_.file("file", "");
  const ProcessResult result =
      roomle_sim_run({"serve", "--port", "0", "--tenants", folder_.path() + "/tenants.json",
                      "--data", file + "/data"});
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(result.err, HasSubstr(file));
}

TEST_F(Serve, AnAddressBeyondTheLoopbackNeedsAnAccessToken) {
  tenants("http://127.0.0.1:9/");
  const ProcessResult result = start({"--host", "0.0.0.0"});
  EXPECT_EQ(result.exit_code, exit_code::kUsage);
  EXPECT_THAT(result.err, HasSubstr("--access-token-file"));
}

TEST_F(Serve, WrongValuesOfItsFlagsAreToldWithTheFlag) {
  tenants("http://127.0.0.1:9/");
  const std::vector<std::pair<std::string, std::string>> wrong{{"--keep", "7"},
                                                               {"--keep", "0s"},
                                                               {"--export-failures", "1.1"},
                                                               {"--export-failures", "x%"},
                                                               {"--api-auth", "no"},
                                                               {"--targets", "private"},
                                                               {"--most-open", "0"},
                                                               {"--export-time", "-1s"},
                                                               {"--mail", "smtp:x"}};
  for (const auto& [flag, value] : wrong) {
    const ProcessResult result = start({flag, value});
    EXPECT_EQ(result.exit_code, exit_code::kUsage) << flag << ' ' << value;
    EXPECT_THAT(result.err, HasSubstr(flag)) << value;
  }
  EXPECT_EQ(roomle_sim_run({"serve"}).exit_code, exit_code::kUsage);
}

TEST_F(Serve, TheInspectorAsksForTheAccessTokenAndSoDoesTheCommandLine) {
  tenants("http://127.0.0.1:9/");
  const std::string file = folder_.file("token", "open-sesame-open-sesame\n");
  const RunningService service(folder_, {"--access-token-file", file});
  EXPECT_EQ(ask(service.port(), "GET", "/sim/v1/deliveries").status, 401);
  const ProcessResult without = service.client({"deliveries", "list"});
  EXPECT_EQ(without.exit_code, exit_code::kUsage);
  EXPECT_THAT(without.err, HasSubstr("--access-token-file"));
  const ProcessResult with = service.client({"deliveries", "list", "--access-token-file", file});
  EXPECT_EQ(with.exit_code, exit_code::kFine) << with.err;
  ProcessOptions options;
  options.environment["ROOMLE_SIM_ACCESS_TOKEN_FILE"] = file;
  const ProcessResult environment =
      roomle_sim_run({"deliveries", "list", "--url", service.url()}, options);
  EXPECT_EQ(environment.exit_code, exit_code::kFine) << environment.err;
}

TEST_F(Serve, AVisitorsTokenAsItShowsItIsTakenWhereTokensAreAskedFor) {
  tenants("http://127.0.0.1:9/");
  const RunningService service(folder_, {"--api-auth", "strict"});
  ProcessResult token =
      roomle_sim_run({"token", "encrypt", "--alg", "03", "--api-key", "roomle_portal_v2"});
  ASSERT_EQ(token.exit_code, exit_code::kFine) << token.err;
  ASSERT_TRUE(token.out.ends_with("\n"));
  token.out.pop_back();
  const auto share = [&](const std::vector<std::pair<std::string, std::string>>& more) {
    std::vector<std::pair<std::string, std::string>> headers{
        {"Content-Type", "application/x-www-form-urlencoded"}, {"currentTenant", "42"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return ask(service.port(), "POST", "/v2/configurations/c:i:1/shares",
               "email=a%40example.com&type=3", headers)
        .status;
  };
  EXPECT_EQ(share({}), 401);
  EXPECT_EQ(share({{"apiKey", "roomle_portal_v2"}, {"token", token.out}}), 200);
}

TEST_F(Serve, AnAccessTokenThatIsNoneIsRefusedAndNothingIsServedWithoutIt) {
  tenants("http://127.0.0.1:9/");
  const ProcessResult shorter = start({"--access-token-file", folder_.file("short", "short\n")});
  EXPECT_EQ(shorter.exit_code, exit_code::kBadFile);
  EXPECT_THAT(shorter.err, HasSubstr("16"));
  ProcessOptions options;
  options.environment["ROOMLE_SIM_ACCESS_TOKEN_FILE"] = "";
  const ProcessResult empty = start({}, options);
  EXPECT_EQ(empty.exit_code, exit_code::kUsage);
  EXPECT_THAT(empty.err, HasSubstr("ROOMLE_SIM_ACCESS_TOKEN_FILE"));
}

TEST_F(Serve, AnExportEndsLaterAndAsBadlyAsItWasTold) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  const RunningService service(folder_, {"--export-time", "0s", "--export-failures", "100%"});
  const WebAnswer answer =
      ask(service.port(), "POST", "/v2/configurations/c:i:1/3d-exports",
          "email=a%40example.com&settings=%7B%22formats%22%3A%5B%7B%22file_format%22%3A%22glb%22"
          "%7D%5D%7D",
          {{"Content-Type", "application/x-www-form-urlencoded"}, {"currentTenant", "42"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto request = json_from(endpoint.process().read_line());
  EXPECT_EQ(request["event"], "email.3DExportAsset");
  EXPECT_THAT(json_text(request), HasSubstr("\\\"success\\\":false"));
}

TEST_F(Serve, OnlyTargetsThatAreAllowedArePostedTo) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  RunningService service(folder_, {"--targets", "public"});
  service.share();
  const ordered_json attempt = service.next("attempt");
  EXPECT_EQ(attempt["reason"], "connect_refused");
  EXPECT_EQ(attempt["ambiguous"], false);
  EXPECT_THAT(attempt["detail"], HasSubstr("--targets"));
}

// In a shell, which then becomes the service: signals reach it.
std::vector<std::string> in_shell(const std::vector<std::string>& command,
                                  const std::string& before, const std::string& behind) {
  std::string line = before + " exec";
  for (const std::string& word : command) line += " '" + word + "'";
  return {"bash", "-c", line + " " + behind};
}

TEST_F(Serve, GoesOnWhenItsStdoutIsClosedAndSaysThatOnce) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  Process process(in_shell(RunningService::command(folder_), "", "> >(head -n 1)"));
  const auto ready = json_from(process.read_line());
  ASSERT_EQ(process.read_line(), "");  // head has ended
  for (int i = 0; i < 3; ++i) {
    ask(ready["port"], "POST", "/v2/configurations/c:i:1/shares", "email=a%40example.com&type=3",
        {{"Content-Type", "application/x-www-form-urlencoded"}, {"currentTenant", "42"}});
    EXPECT_THAT(endpoint.process().read_line(), HasSubstr("savedConfiguration"));
  }
  process.signal(SIGTERM);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted) << result.err;
  const std::size_t told = result.err.find("stdout is closed");
  ASSERT_NE(told, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("stdout", told + 1), std::string::npos) << result.err;
}

TEST_F(Serve, AStdoutThatNobodyReadsHoldsUpNothing) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  RunningService service(folder_);
  // Each tells more than a kilobyte, and a pipe holds 64.
  for (int i = 0; i < 150; ++i) {
    service.share(fmt::format("c:i:{}", i) + std::string(500, 'A'));
    ASSERT_THAT(endpoint.process().read_line(), HasSubstr("savedConfiguration")) << i;
  }
  EXPECT_EQ(ask(service.port(), "GET", "/sim/v1/deliveries?limit=1").status, 200);
  service.process().signal(SIGTERM);
  const ProcessResult result = service.process().wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  EXPECT_THAT(result.out, Not(IsEmpty()));
}

TEST_F(Serve, AJournalThatIsDeletedMeanwhileEndsItWithThree) {
  tenants("http://127.0.0.1:9/");
  RunningService service(folder_);
  std::filesystem::remove_all(folder_.path() + "/data");
  const ProcessResult result = service.process().wait();
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(result.err, HasSubstr("was deleted or exchanged"));
}

TEST_F(Serve, AJournalThatFailsEndsItWithThreeAndSaysWhy) {
  RunningEndpoint endpoint;
  tenants(endpoint.url());
  // A file can grow to so many KiB: the disk is full.
  Process process(in_shell(RunningService::command(folder_), "ulimit -f 400;", ""));
  const auto ready = json_from(process.read_line());
  int status = 200;
  int taken = 0;
  while (status == 200) {
    status =
        ask(ready["port"], "POST", "/v2/configurations/c:i:" + std::string(400, 'A') + "/shares",
            "email=a%40example.com&type=3",
            {{"Content-Type", "application/x-www-form-urlencoded"}, {"currentTenant", "42"}})
            .status;
    ++taken;
  }
  EXPECT_GT(taken, 1);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(result.err, HasSubstr("journal"));
}

}  // namespace
}  // namespace roomle_sim
