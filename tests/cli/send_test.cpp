#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/json_text.h"
#include "tests/cli/program.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;

class Send : public ::testing::Test {
 protected:
  // Runs `send` with its mails in a folder of the test's own.
  ProcessResult send(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "send");
    arguments.insert(arguments.end(), {"--mail", "maildir:" + mails()});
    return roomle_sim_run(std::move(arguments));
  }
  [[nodiscard]] std::string mails() const { return folder_.path() + "/mail"; }
  [[nodiscard]] std::size_t mail_count() const {
    const std::filesystem::path path = mails() + "/new";
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
  std::string behavior(const std::string& json) { return folder_.file("behavior.json", json); }

  TemporaryFolder folder_;
};

TEST_F(Send, ADeliveredEventExitsWithZeroAndSendsNoMail) {
  RunningEndpoint endpoint;
  const ProcessResult result = send({"email.savedConfiguration", "--to", endpoint.url(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const ordered_json outcome = objects(result.out).back();
  EXPECT_EQ(outcome["type"], "outcome");
  EXPECT_EQ(outcome["outcome"], "delivered");
  EXPECT_EQ(outcome["attempts"], 1);
  EXPECT_EQ(outcome["ambiguous"], false);
  EXPECT_EQ(mail_count(), 0U);
}

TEST_F(Send, AFailedOneExitsWithFourAndTheMailStandsInTheMaildir) {
  RunningEndpoint endpoint({"--behavior", behavior(R"({"sequence":[503]})")});
  const ProcessResult result = send({"email.savedConfiguration", "--to", endpoint.url(), "--json"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const std::vector<ordered_json> lines = objects(result.out);
  const ordered_json outcome = lines.back();
  EXPECT_EQ(outcome["outcome"], "mailed");
  EXPECT_EQ(outcome["reason"], "status");
  EXPECT_EQ(outcome["status"], 503);
  EXPECT_EQ(outcome["ambiguous"], true);
  EXPECT_TRUE(std::filesystem::exists(outcome["mail"].get<std::string>()));
  const ordered_json attempt = lines.front();
  EXPECT_EQ(attempt["type"], "attempt");
  EXPECT_EQ(attempt["number"], 1);
  EXPECT_EQ(attempt["url"], endpoint.url());
  EXPECT_EQ(attempt["response"]["status"], 503);
  EXPECT_TRUE(attempt["durationMs"].is_number());
  EXPECT_THAT(attempt["token"].get<std::string>(), ::testing::StartsWith("01-"));
}

TEST_F(Send, TellsTheStoryInPlainText) {
  RunningEndpoint endpoint({"--behavior", behavior(R"({"sequence":[{"status":302,"headers":
      {"Location":"http://127.0.0.1:1/login"}}]})")});
  const ProcessResult result = send({"email.shareConfiguration", "--to", endpoint.url()});
  EXPECT_THAT(result.out, HasSubstr("POST " + endpoint.url()));
  EXPECT_THAT(result.out, HasSubstr("<- 302"));
  EXPECT_THAT(result.out, HasSubstr("Redirects are never followed."));
  EXPECT_THAT(result.out, HasSubstr("outcome: mailed after 1 attempt"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b"))) << "a pipe gets no colour";
}

TEST_F(Send, NothingThatListensIsARefusalWithAdvice) {
  const ProcessResult result =
      send({"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--json"});
  EXPECT_EQ(result.exit_code, 4);
  const ordered_json outcome = objects(result.out).back();
  EXPECT_EQ(outcome["reason"], "connect_refused");
  EXPECT_EQ(outcome["ambiguous"], false);
}

TEST_F(Send, RetriesByPolicyAndTellsEachAttempt) {
  RunningEndpoint endpoint({"--behavior", behavior(R"({"sequence":[500,502,200]})")});
  const ProcessResult result = send({"email.savedConfiguration", "--to", endpoint.url(), "--json",
                                     "--retry", R"({"schedule": ["5ms", "5ms"]})"});
  EXPECT_EQ(result.exit_code, 0);
  const std::vector<ordered_json> lines = objects(result.out);
  EXPECT_EQ(lines.back()["attempts"], 3);
  EXPECT_EQ(lines.back()["outcome"], "delivered");
}

TEST_F(Send, AnAddressThatCannotBeMailedEndsAsMailFailed) {
  const ProcessResult result = send({"email.savedConfiguration", "--to", "http://127.0.0.1:1/",
                                     "--set", "email=nobody", "--json"});
  EXPECT_EQ(result.exit_code, 4);
  const ordered_json outcome = objects(result.out).back();
  EXPECT_EQ(outcome["outcome"], "mail_failed");
  EXPECT_FALSE(outcome["error"].get<std::string>().empty());
}

TEST_F(Send, UsesTheSecretAndApiKeyThatItIsGiven) {
  RunningEndpoint endpoint({"--secret", "0123456789abcdef", "--api-key", "myKey"});
  const ProcessResult result =
      send({"email.savedConfiguration", "--to", endpoint.url(), "--api-key", "myKey", "--secret",
            "0123456789abcdef", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const ordered_json attempt = objects(result.out).front();
  const ProcessResult plain = roomle_sim_run(
      {"token", "decrypt", "--secret", "0123456789abcdef", attempt["token"].get<std::string>()});
  EXPECT_THAT(plain.out, HasSubstr(";anonymous;myKey"));
}

TEST_F(Send, ATenantsFileNamesTheTenant) {
  const std::string file = folder_.file("tenants.json", R"({"tenants":[
    {"id": 1, "name": "one", "webhook": "http://127.0.0.1:1/"},
    {"id": 2, "name": "two"}, {"id": 3, "name": "off", "active": false}]})");
  EXPECT_EQ(
      send({"email.savedConfiguration", "--tenants", file, "--tenant", "two", "--json"}).exit_code,
      4);
  const ProcessResult which = send({"email.savedConfiguration", "--tenants", file});
  EXPECT_EQ(which.exit_code, 1);
  EXPECT_THAT(which.err, HasSubstr("1 'one'"));
}

TEST_F(Send, AnInactiveTenantsEventIsRefusedWhichIsNoMistakeOfTheCommandLine) {
  const std::string file =
      folder_.file("tenants.json", R"({"tenants":[{"id": 3, "name": "off", "active": false}]})");
  const ProcessResult off = send({"email.savedConfiguration", "--tenants", file, "--json"});
  EXPECT_EQ(off.exit_code, 4);
  EXPECT_THAT(off.err, HasSubstr("inactive"));
  const ordered_json refused = objects(off.out).back();
  EXPECT_EQ(refused["type"], "refused");
  EXPECT_EQ(refused["event"], "email.savedConfiguration");
  EXPECT_EQ(refused["tenant"], 3);
  EXPECT_THAT(refused["message"].get<std::string>(), HasSubstr("inactive"));
}

TEST_F(Send, MistakesOnTheCommandLineAreUsageErrors) {
  const std::vector<std::vector<std::string>> wrong{
      {"email.saveConfiguration", "--to", "http://127.0.0.1:1/"},
      {"email.savedConfiguration"},
      {"email.savedConfiguration", "--to", "not a url"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--timeout", "10"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--retry", "sviks"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--set", "email"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--set", "emial=x"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "-H", "no colon"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "-H", "Host: elsewhere"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "-H", "Token: made up"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--timeout", "0s"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--seed", "-1"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--secret", "0123456789abcdef"},
      {"email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--no-such-flag"}};
  for (const auto& arguments : wrong) {
    const ProcessResult result = send(arguments);
    EXPECT_EQ(result.exit_code, 1) << ::testing::PrintToString(arguments) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err, "");
  }
}

TEST_F(Send, AFileThatCannotBeUsedExitsWithTwo) {
  const std::string cut = folder_.file("cut.json", R"({"tenants": [)");
  EXPECT_EQ(send({"email.savedConfiguration", "--tenants", cut}).exit_code, 2);
  EXPECT_EQ(send({"email.savedConfiguration", "--tenants", "/nowhere.json"}).exit_code, 2);
  EXPECT_EQ(
      send({"email.savedConfiguration", "--to", "https://127.0.0.1:1/", "--cacert", "/nowhere.pem"})
          .exit_code,
      2);
}

TEST_F(Send, AMailFolderThatCannotBeMadeExitsWithThree) {
  const std::string file = folder_.file("file", "");
  const ProcessResult result =
      roomle_sim_run({"send", "email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--mail",
                      "maildir:" + file + "/mail"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
}

TEST_F(Send, CtrlCEndsAHangingAttemptWith130) {
  RunningEndpoint endpoint({"--behavior", behavior(R"({"sequence":[{"blackhole":true}]})")});
  Process process(program({"send", "email.savedConfiguration", "--to", endpoint.url(), "--timeout",
                           "1h", "--mail", "maildir:" + mails()}));
  // The story's fourth line is the token's plaintext: the POST is under way, or about to be.
  for (int i = 0; i < 5; ++i) process.read_line();
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
}

TEST_F(Send, CtrlCEndsTheWaitForARetryWith130) {
  Process process(
      program({"send", "email.savedConfiguration", "--to", "http://127.0.0.1:1/", "--json",
               "--retry", R"({"schedule": ["1h"]})", "--mail", "maildir:" + mails()}));
  while (json_from(process.read_line())["type"] != "retry") {
  }
  process.signal(SIGTERM);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(objects(result.out).back()["type"], "interrupted");
}

TEST_F(Send, AFullDiskUnderStdoutIsNotSilent) {
  RunningEndpoint endpoint;
  ProcessOptions options;
  options.stdout_to = "/dev/full";
  const ProcessResult result = roomle_sim_run(
      {"send", "email.savedConfiguration", "--to", endpoint.url(), "--mail", "maildir:" + mails()},
      options);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("could not be written"));
}

TEST_F(Send, NoSecretIsEverPrinted) {
  RunningEndpoint endpoint({"--secret", "0123456789abcdef"});
  for (const char* mode : {"--json", "--no-color"}) {
    const ProcessResult result = send({"email.savedConfiguration", "--to", endpoint.url(),
                                       "--api-key", "k", "--secret", "0123456789abcdef", mode});
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("0123456789abcdef")));
  }
}

// The connection would be the first file to be opened, and so become standard output.
TEST_F(Send, AProgramWithoutStandardOutputTellsItsStoryToNoConnection) {
  std::promise<std::string> more;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    more.set_value(connection.read_some());
  });
  std::vector<std::string> command = program(
      {"send", "email.savedConfiguration", "--to", server.url(), "--mail", "maildir:" + mails()});
  command.insert(command.begin(), {"sh", "-c", "exec \"$0\" \"$@\" <&- >&-"});
  EXPECT_EQ(run_process(command).exit_code, 3) << "the output did not arrive";
  EXPECT_EQ(more.get_future().get(), "");
}

TEST_F(Send, AnInterruptEndsItWhileItReadsItsInput) {
  const TemporaryFolder folder;
  const std::string secret = folder.path() + "/secret";
  ASSERT_EQ(mkfifo(secret.c_str(), 0600), 0);
  Process process(program({"send", "email.savedConfiguration", "--to", "http://127.0.0.1:9/",
                           "--secret-file", secret}));
  const int writer = open(secret.c_str(), O_WRONLY);  // waits for who reads
  ASSERT_GE(writer, 0);
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
  close(writer);
}

}  // namespace
}  // namespace roomle_sim
