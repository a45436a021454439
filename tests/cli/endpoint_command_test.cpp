// `roomle-sim endpoint` as a user runs it.
#include <csignal>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/json_text.h"
#include "cli/endpoint_flags.h"
#include "cli/exit_code.h"
#include "tests/cli/program.h"
#include "tests/support/raw_client.h"

namespace roomle_sim {
namespace {

using test::raw_post;
using test::RawClient;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The vendor's test vector: secret a-Secr3t_Str1ng!, apiKey aValidApiKey.
constexpr const char* kToken =
    "02-jOi87tgUadH3EGwcs/FPR44LlPEVoayzgkkkzmMbPwz50gNngNxgX8aNmNZ1SMAy31j1qsB9RvlF1RxiILGYDQ==";
constexpr const char* kBody =
    R"({"event":"email.savedConfiguration","data":{"success":true,"email":"a@example.com",)"
    R"("configurationId":"c:i:1","configuratorId":"mine","url":"https://example.com/t/cp/?id=1"}})";

std::uint16_t port_in(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

std::string post(const std::string& url, const std::string& body = kBody) {
  RawClient client(port_in(url));
  client.send(raw_post(body, {{"token", kToken}}));
  return client.read_response();
}

TEST(EndpointCommand, TellsEachRequestAsAnObjectAndSumsUpAtTheEnd) {
  RunningEndpoint endpoint({"--secret", "a-Secr3t_Str1ng!", "--api-key", "aValidApiKey"});
  EXPECT_THAT(post(endpoint.url()), StartsWith("HTTP/1.1 200 OK"));
  const auto request = json_from(endpoint.process().read_line());
  EXPECT_EQ(request["type"], "request");
  EXPECT_EQ(request["event"], "email.savedConfiguration");
  EXPECT_EQ(request["token"]["verdict"], "authenticated");
  EXPECT_EQ(request["token"]["plaintext"], "2020-12-31T23:00:00.000Z;aSessionToken;aValidApiKey");
  EXPECT_EQ(request["answer"]["status"], 200);
  endpoint.process().signal(SIGTERM);
  const ProcessResult result = endpoint.process().wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  const auto summary = json_from(result.out);
  EXPECT_EQ(summary["type"], "summary");
  EXPECT_EQ(summary["handled"], 1);
}

// Of both numbers: the whole fits into the queue, but not into a pipe; the other not into the
// queue.
TEST(EndpointCommand, AnswersThoughNobodyReadsWhatItTells) {
  for (const auto& [count, bytes] : {std::pair(20, 20'000), std::pair(25, 1'000'000)}) {
    RunningEndpoint endpoint;
    const std::string body(static_cast<std::size_t>(bytes), 'x');
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(post(endpoint.url(), body), StartsWith("HTTP/1.1 200 OK")) << i;
    }
    endpoint.process().signal(SIGTERM);
    const ProcessResult result = endpoint.process().wait();
    EXPECT_EQ(result.exit_code, exit_code::kInterrupted) << result.err;
    int told = 0;
    int dropped = 0;
    for (const auto& line : objects(result.out)) {
      if (line["type"] == "request") {
        EXPECT_EQ(line["number"], dropped + ++told);
      }
      if (line["type"] == "dropped") dropped += line["count"].get<int>();
    }
    EXPECT_EQ(told + dropped, count);
    EXPECT_EQ(dropped > 0, bytes == 1'000'000) << dropped;
    EXPECT_EQ(objects(result.out).back()["handled"], count);
  }
}

TEST(EndpointCommand, EndsWhenItsReaderDoesEvenWhereNothingIsTold) {
  // `head` ends with the first line.
  const ProcessResult result =
      run_process({"/bin/bash", "-c", "set -o pipefail; \"$0\" endpoint | head -n 1", PROGRAM});
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(result.out, StartsWith("listening at http://"));
  EXPECT_THAT(result.err, HasSubstr("the output could not be written to the end"));
}

TEST(EndpointCommand, TellsTheStoryInLinesForPeople) {
  Process process(program({"endpoint", "--secret", "a-Secr3t_Str1ng!"}));
  const std::string first = process.read_line();
  ASSERT_THAT(first, StartsWith("listening at http://127.0.0.1:"));
  post(first.substr(first.find("http")));
  std::string story;
  for (std::string line = process.read_line(); !line.empty(); line = process.read_line()) {
    story += line + "\n";
    if (line.find("answered") != std::string::npos) break;
  }
  EXPECT_THAT(story, HasSubstr("#1 email.savedConfiguration for a@example.com"));
  EXPECT_THAT(story, HasSubstr("token: authenticated (2020-12-31T23:00:00.000Z; session "
                               "aSessionToken; apiKey aValidApiKey)"));
  EXPECT_THAT(story, HasSubstr("problem: the token's timestamp is"));
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  EXPECT_THAT(result.out, HasSubstr("1 request: 1 answered 200; 1 with problems"));
  EXPECT_THAT(result.err, HasSubstr("roomle-sim send email.savedConfiguration --to http://"));
}

TEST(EndpointCommand, AnswersByTheBehaviourOnItsStdin) {
  ProcessOptions options;
  options.input = R"({"sequence": [503, 200]})";
  Process process(program({"endpoint", "--json", "--behavior", "-"}), options);
  const auto ready = json_from(process.read_line());
  EXPECT_EQ(ready["type"], "ready");
  EXPECT_EQ(ready["port"], port_in(ready["url"]));
  EXPECT_THAT(post(ready["url"]), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(post(ready["url"]), StartsWith("HTTP/1.1 200"));
}

TEST(EndpointCommand, WhatARequestSaysCannotMoveTheCursor) {
  Process process(program({"endpoint"}));
  const std::string first = process.read_line();
  post(first.substr(first.find("http")), R"({"event":"\u001b[2Jx","data":{}})");
  EXPECT_THAT(process.read_line(), HasSubstr("#1 \\x1b[2Jx"));
}

TEST(EndpointCommand, EndsInOrderWhileAConnectionHangs) {
  const TemporaryFolder folder;
  const std::string file = folder.file("b.json", R"({"sequence": [{"blackhole": true}]})");
  RunningEndpoint endpoint({"--behavior", file});
  RawClient client(port_in(endpoint.url()));
  client.send(raw_post(kBody));
  endpoint.process().read_line();
  endpoint.process().signal(SIGINT);
  const ProcessResult result = endpoint.process().wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  EXPECT_THAT(result.out, HasSubstr(R"("answers":{"blackhole":1})"));
}

TEST(EndpointCommand, ATakenPortIsAnErrorOfTheMachine) {
  RunningEndpoint endpoint;
  const ProcessResult result =
      roomle_sim_run({"endpoint", "--port", std::to_string(port_in(endpoint.url()))});
  EXPECT_EQ(result.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(result.err, HasSubstr("the port is taken"));
  EXPECT_EQ(result.out, "");
}

TEST(EndpointCommand, AWrongBehaviourFileIsShownWithItsPlace) {
  const TemporaryFolder folder;
  const std::string file = folder.file("b.json", "{\"sequence\": [\n  {\"statsu\": 503}]}");
  const ProcessResult result = roomle_sim_run({"endpoint", "--behavior", file});
  EXPECT_EQ(result.exit_code, exit_code::kBadFile);
  EXPECT_THAT(result.err, HasSubstr("b.json:2:4: "));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'status'?"));
  EXPECT_THAT(result.err, HasSubstr("^~~~"));
}

TEST(EndpointCommand, FilesAndFlagsThatCannotBeUsedEndByTheContract) {
  EXPECT_EQ(roomle_sim_run({"endpoint", "--behavior", "/nowhere.json"}).exit_code,
            exit_code::kBadFile);
  EXPECT_EQ(roomle_sim_run({"endpoint", "--tenants", "/nowhere.json"}).exit_code,
            exit_code::kBadFile);
  EXPECT_EQ(roomle_sim_run({"endpoint", "--secret", "short"}).exit_code, exit_code::kBadFile);
  EXPECT_EQ(roomle_sim_run({"endpoint", "--api-key", "k"}).exit_code, exit_code::kUsage);
  EXPECT_EQ(roomle_sim_run({"endpoint", "--port", "70000"}).exit_code, exit_code::kUsage);
  EXPECT_EQ(roomle_sim_run({"endpoint", "--host", "256.1.1.1"}).exit_code, exit_code::kCouldNotRun);
}

TEST(EndpointCommand, AFaultInOneLineIsABehaviour) {
  RunningEndpoint endpoint({"--fault", "status 503 + header Retry-After 5 x2, 204"});
  EXPECT_THAT(post(endpoint.url()), HasSubstr("Retry-After: 5"));
  EXPECT_THAT(post(endpoint.url()), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(post(endpoint.url()), StartsWith("HTTP/1.1 204"));
}

TEST(EndpointCommand, AWrongFaultIsShownWithACaret) {
  const ProcessResult result = roomle_sim_run({"endpoint", "--fault", "503, dely 1s"});
  EXPECT_EQ(result.exit_code, exit_code::kUsage);
  EXPECT_THAT(result.err, HasSubstr("--fault:1:6"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'delay'"));
  EXPECT_THAT(result.err, HasSubstr("^~~~"));
}

TEST(EndpointCommand, CommandsOnStdinChangeItWhileItRuns) {
  const TemporaryFolder folder;
  const std::string file = folder.file("b.json", R"({"sequence": [410]})");
  ProcessOptions options;
  options.input = "# a comment\n\nfault 503\nfalt 500\nbehavior " + file + "\nfault tls valid";
  Process process(program({"endpoint", "--json", "--control"}), options);
  std::vector<nlohmann::ordered_json> said;
  for (int i = 0; i < 5; ++i) said.push_back(json_from(process.read_line()));
  EXPECT_EQ(said[0]["type"], "ready");
  EXPECT_EQ(said[1]["command"], "fault 503");
  EXPECT_EQ(said[2]["type"], "refused");
  EXPECT_THAT(said[2]["message"].get<std::string>(), HasSubstr("did you mean 'fault'"));
  EXPECT_EQ(said[3]["type"], "changed");
  EXPECT_THAT(said[4]["url"].get<std::string>(), StartsWith("https://"));
  process.signal(SIGTERM);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  EXPECT_THAT(result.err, HasSubstr("there is no command 'falt 500'"));
}

TEST(EndpointCommand, StdinIsForOneThing) {
  for (const char* flag : {"--behavior", "--secret-file"}) {
    const ProcessResult result = roomle_sim_run({"endpoint", "--control", flag, "-"});
    EXPECT_EQ(result.exit_code, exit_code::kUsage);
    EXPECT_THAT(result.err, HasSubstr("--control takes stdin"));
  }
}

TEST(EndpointCommand, AScriptChangesItThroughAPipe) {
  const TemporaryFolder folder;
  const std::string pipe = folder.path() + "/control";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  Process process({"sh", "-c", "exec \"$0\" endpoint --json --control <\"$1\"", PROGRAM, pipe});
  std::ofstream control(pipe);  // returns when the program has opened it
  const auto url = json_from(process.read_line())["url"].get<std::string>();
  EXPECT_THAT(post(url), StartsWith("HTTP/1.1 200"));
  process.read_line();
  control << "fault 503" << std::endl;
  EXPECT_THAT(process.read_line(), HasSubstr("changed"));
  EXPECT_THAT(post(url), StartsWith("HTTP/1.1 503"));
  process.read_line();
  control << "normal" << std::endl;
  EXPECT_THAT(process.read_line(), HasSubstr("changed"));
  EXPECT_THAT(post(url), StartsWith("HTTP/1.1 200"));
}

TEST(EndpointCommand, TlsTellsWhomToTrust) {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/ca.pem";
  RunningEndpoint endpoint({"--fault", "tls expired x1, 204", "--tls-ca-out", file});
  EXPECT_THAT(endpoint.url(), StartsWith("https://"));
  const auto send = [&] {
    return roomle_sim_run({"send", "email.savedConfiguration", "--to", endpoint.url(), "--cacert",
                           file, "--mail", "maildir:" + folder.path() + "/mail"});
  };
  const ProcessResult expired = send();
  EXPECT_EQ(expired.exit_code, exit_code::kNotAsExpected);
  EXPECT_THAT(expired.out, HasSubstr("certificate has expired"));
  EXPECT_EQ(send().exit_code, 0);
  EXPECT_THAT(endpoint.process().read_line(), HasSubstr(R"("met":"tls expired")"));
}

TEST(EndpointCommand, WhoTakesAnyCertificateIsAnsweredBehindABadOne) {
  const TemporaryFolder folder;
  RunningEndpoint endpoint({"--fault", "tls expired; 204"});
  const ProcessResult sent =
      roomle_sim_run({"send", "email.savedConfiguration", "--to", endpoint.url(), "--insecure",
                      "--mail", "maildir:" + folder.path() + "/mail"});
  EXPECT_EQ(sent.exit_code, 0) << sent.out;
  EXPECT_THAT(endpoint.process().read_line(), HasSubstr(R"("status":204)"));
}

TEST(EndpointCommand, TheHelpListsTheWordsOfAFault) {
  const std::string help = roomle_sim_run({"endpoint", "--help"}).out;
  for (const char* word : {" connection_reset", " accept_then_lose", " rate_limit", " outage"}) {
    EXPECT_THAT(help, HasSubstr(word));
  }
}

TEST(EndpointCommand, AFaultWithoutTheCommandIsUnderstood) {
  ProcessOptions options;
  options.input = "503\nrefuse\n";
  Process process(program({"endpoint", "--json", "--control"}), options);
  process.read_line();
  for (const char* meant : {"did you mean 'fault 503'", "did you mean 'fault refuse'"}) {
    const auto said = json_from(process.read_line());
    EXPECT_EQ(said["type"], "refused");
    EXPECT_THAT(said["message"].get<std::string>(), HasSubstr(meant));
  }
}

TEST(EndpointCommand, TheOtherSchemeIsTold) {
  Process tls(program({"endpoint", "--fault", "tls valid"}));
  const std::string https = tls.read_line();
  {
    RawClient client(port_in(https.substr(https.find("http"))));
    client.send(raw_post(kBody));
    client.read_all();
  }
  EXPECT_THAT(tls.read_line(), HasSubstr("a connection was plain HTTP on a TLS port"));
  Process plain(program({"endpoint"}));
  const std::string http = plain.read_line();
  {
    RawClient client(port_in(http.substr(http.find("http"))));
    client.send("\x16\x03\x01");
    client.read_all();
  }
  EXPECT_THAT(plain.read_line(), HasSubstr("#1 no HTTP request"));
  EXPECT_THAT(plain.read_line(), HasSubstr("problem: this is TLS, on a port of plain HTTP"));
}

// What the endpoint says on stderr when it was started so, and has ended.
std::string messages_of(const std::vector<std::string>& flags) {
  RunningEndpoint endpoint(flags);
  endpoint.process().signal(SIGINT);
  const ProcessResult result = endpoint.process().wait();
  EXPECT_EQ(result.exit_code, exit_code::kInterrupted);
  return result.err;
}

TEST(EndpointCommand, AnAuthorityThatIsNotWrittenIsTold) {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/ca.pem";
  EXPECT_THAT(messages_of({"--fault", "503", "--tls-ca-out", file}),
              HasSubstr(file + " is not written: the endpoint speaks no TLS"));
  EXPECT_THAT(messages_of({"--control", "--tls-ca-out", file}), HasSubstr("is not written yet: "));
  EXPECT_NE(access(file.c_str(), F_OK), 0);
  const ProcessResult nowhere = roomle_sim_run(
      {"endpoint", "--fault", "tls valid", "--tls-ca-out", folder.path() + "/none/ca.pem"});
  EXPECT_EQ(nowhere.exit_code, exit_code::kCouldNotRun);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot be written: No such file or directory"));
}

TEST(EndpointCommand, TheCommandToSendHasTheEndpointsOwnCredentials) {
  const TemporaryFolder folder;
  const std::string file = folder.file("a secret", "a-Secr3t_Str1ng!\n");
  EXPECT_THAT(messages_of({"--secret-file", file, "--api-key", "aValidApiKey"}),
              HasSubstr(" --api-key aValidApiKey --secret-file '" + file + "'\n"));
  const std::string by_text = messages_of({"--secret", "a-Secr3t_Str1ng!", "--api-key", "k 1"});
  EXPECT_THAT(by_text, HasSubstr(" --api-key 'k 1' --secret \"$SECRET\"\n"));
  EXPECT_THAT(by_text, Not(HasSubstr("Secr3t")));
}

TEST(EndpointCommand, TheCommandToSendNamesATenantOnlyWhereItsWebhookIsHere) {
  TenantRegistry registry;
  const auto add = [&](std::int64_t id, const std::string& webhook, bool active = true) {
    Tenant tenant;
    tenant.id = id;
    tenant.webhook = webhook;
    tenant.active = active;
    registry.add(std::move(tenant));
  };
  add(1, "");
  add(2, "https://tenant.example/events");
  add(3, "http://127.0.0.1:8091/");
  add(4, "http://127.0.0.1:8090/", false);
  EXPECT_EQ(tenant_at(registry, "http://127.0.0.1:8090/"), nullptr);
  add(42, "http://localhost:8090/events");
  ASSERT_NE(tenant_at(registry, "http://127.0.0.1:8090/"), nullptr);
  EXPECT_EQ(tenant_at(registry, "http://127.0.0.1:8090/")->id, 42);
  EXPECT_EQ(tenant_at(registry, "https://127.0.0.1:8090/"), nullptr);
  const TemporaryFolder folder;
  const std::string file = folder.file(
      "t.json", R"({"tenants": [{"id": 7, "name": "a", "webhook": "https://t.example/"}]})");
  EXPECT_THAT(messages_of({"--tenants", file}), HasSubstr(" --to http://127.0.0.1:"));
}

}  // namespace
}  // namespace roomle_sim
