// What a wrong value of each flag is told as.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace roomle_sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A command line that is right but for one flag, which stands last with its value.
struct Wrong {
  std::vector<std::string> command;
  std::string flag;
  std::string value;
  std::string expected;  // a part of what the message says is expected

  // Of a member that is unknown, its name.
  [[nodiscard]] std::string shown() const {
    return flag == "--set" ? value.substr(0, value.find('=')) : value;
  }
};

const std::vector<std::string> kSend{"send", "email.savedConfiguration", "--to",
                                     "http://127.0.0.1:1/"};
const std::vector<std::string> kSendNowhere{"send", "email.savedConfiguration"};
const std::vector<std::string> kRun{"run", FIXTURES_DIR "/scenarios/05-status-200-delivered.json"};
const std::vector<std::string> kEndpoint{"endpoint"};
const std::vector<std::string> kEncrypt{"token",     "encrypt", "--secret", "0123456789abcdef",
                                        "--api-key", "k"};
const std::vector<std::string> kIdentify{"token", "identify", "--secret", "0123456789abcdef",
                                         "01-AAAA"};

constexpr const char* kAnySeed = "a whole number from 0 to 18446744073709551615";
constexpr const char* kAnyDuration = "a duration from 1ms to 24h, such as 500ms";

std::vector<Wrong> wrong_values() {
  std::vector<Wrong> list{
      {kEndpoint, "--port", "70000", "a whole number from 0 to 65535"},
      {kEndpoint, "--port", "-1", "a whole number from 0 to 65535"},
      {kEndpoint, "--port", "0x50", "a whole number from 0 to 65535"},
      {kEndpoint, "--port", "", "a whole number from 0 to 65535"},
      {kEndpoint, "--behavior", "", "FILE"},
      {kEndpoint, "--tenants", "", "FILE"},
      {kEndpoint, "--host", "", "HOST"},
      {kRun, "--jobs", "0", "a whole number from 1 to 1024"},
      {kRun, "--jobs", "1025", "a whole number from 1 to 1024"},
      {kRun, "--jobs", "many", "a whole number from 1 to 1024"},
      {kRun, "--endpoint", "nonsense", "not a URL to post to"},
      {kRun, "--endpoint", "", "URL"},
      {kRun, "--report", "pdf=x", "junit=FILE"},
      {kRun, "--report", "junit=", "junit=FILE"},
      {kRun, "--mail", "mbox:x", "maildir:DIR"},
      {kSend, "--mail", "mbox:x", "maildir:DIR"},
      {kSend, "--mail", "", "maildir:DIR"},
      {kSend, "--retry", "sviks", "one of roomle, standard-webhooks, svix"},
      {kSend, "--retry", "", "POLICY"},
      {kSend, "--set", "email", "NAME=VALUE"},
      {kSend, "--set", "", "NAME=VALUE"},
      {kSend, "--set", "emial=x", "did you mean 'email'?"},
      {kSend, "--url-param", "=x", "NAME=VALUE"},
      {kSendNowhere, "--to", "nonsense", "not a URL to post to"},
      {kSendNowhere, "--to", "", "URL"},
      {kEncrypt, "--alg", "04", "one of 01, 02, 03"},
      {kEncrypt, "--iv", "none", "prefix, zero, key, or the IV itself as 32 hex digits"},
      {kEncrypt, "--key-form", "sha25", "one of raw, sha256, md5, hex, base64"},
      {kEncrypt, "--at", "today", "yyyy-MM-ddTHH:mm:ss.SSSZ"},
      {kIdentify, "--at", "today", "yyyy-MM-ddTHH:mm or a whole timestamp"},
  };
  for (const auto& command : {kEndpoint, kRun, kSend}) {
    for (const char* seed : {"x", "-1", "1.5", "18446744073709551616", ""}) {
      list.push_back({command, "--seed", seed, kAnySeed});
    }
  }
  for (const char* duration : {"5", "0s", "-1s", "25h", "soon", ""}) {
    list.push_back({kSend, "--timeout", duration, kAnyDuration});
    list.push_back({kRun, "--timeout", duration, kAnyDuration});
    list.push_back({kRun, "--ready-timeout", duration, kAnyDuration});
  }
  return list;
}

TEST(FlagValue, AWrongOneIsToldWithItsFlagAndWhatIsExpected) {
  for (const Wrong& wrong : wrong_values()) {
    std::vector<std::string> arguments = wrong.command;
    arguments.insert(arguments.end(), {wrong.flag, wrong.value});
    const ProcessResult result = roomle_sim_run(arguments);
    SCOPED_TRACE(wrong.flag + " '" + wrong.value + "'");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.out, "");
    std::istringstream lines(result.err);
    std::string first;
    std::string second;
    std::string third;
    std::getline(lines, first);
    std::getline(lines, second);
    EXPECT_THAT(first, StartsWith("roomle-sim: " + wrong.flag + ": "));
    EXPECT_THAT(first, HasSubstr("'" + wrong.shown()));
    EXPECT_THAT(first, HasSubstr(wrong.expected));
    EXPECT_THAT(second, StartsWith("roomle-sim: try 'roomle-sim " + wrong.command.front()));
    EXPECT_THAT(second, HasSubstr(" --help'"));
    EXPECT_FALSE(std::getline(lines, third)) << third;
  }
}

TEST(FlagValue, AMistakeInAPolicyIsShownAtItsPlace) {
  std::vector<std::string> arguments = kSend;
  arguments.insert(arguments.end(), {"--retry", R"({"attempts": 0})"});
  const ProcessResult result = roomle_sim_run(arguments);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, StartsWith("--retry: retry policy:1:14: 0 is out of range"));
  EXPECT_THAT(result.err, HasSubstr("= a whole number from 1 to 1000"));
  EXPECT_THAT(result.err, HasSubstr("try 'roomle-sim send --help'"));
}

TEST(FlagValue, WhatMayHoldACredentialIsNotShown) {
  for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{
           {"--header", "Bearer hunter2"}, {"--to", "http://me:hunter2@shop.example/x"}}) {
    std::vector<std::string> arguments = flag == "--to" ? kSendNowhere : kSend;
    arguments.insert(arguments.end(), {flag, value});
    const ProcessResult result = roomle_sim_run(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, StartsWith("roomle-sim: " + flag + ": "));
    EXPECT_THAT(result.err, Not(HasSubstr("hunter2")));
  }
}

TEST(FlagValue, AFlagWithoutItsValueOrWithOneTooManyIsTold) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"endpoint", "--port"}, "--port: expected PORT, got nothing"},
      {{"endpoint", "--port", "1", "--port", "2"}, "--port: given 2 times, not once"},
      {{"events", "--json=x"}, "--json: takes no value"},
      {{"--json=no", "events"}, "--json: takes no value"},
      {{"run", "x", "--fail-fast=5"}, "--fail-fast: takes no value"},
      {{"run", ""}, "PATH: expected a value, got ''"},
      {{"events", "email.saveConfiguration"}, "(did you mean 'email.savedConfiguration'?)"},
      {{"completion", "fish"}, "SHELL: expected one of bash, zsh, got 'fish'"},
      {{"token"}, "a command is missing: one of encrypt, decrypt, identify"}};
  for (const auto& [arguments, message] : wrong) {
    const ProcessResult result = roomle_sim_run(arguments);
    EXPECT_EQ(result.exit_code, 1) << message;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.err, HasSubstr("roomle-sim: try 'roomle-sim"));
  }
}

TEST(FlagValue, TheGreatestAndTheLeastAreTaken) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--jobs", "1024"},
                                             {"--jobs", "1"},
                                             {"--seed", "18446744073709551615"},
                                             {"--seed", "0"},
                                             {"--timeout", "24h"},
                                             {"--ready-timeout", "1ms"}}) {
    std::vector<std::string> arguments = kRun;
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProcessResult result = roomle_sim_run(arguments);
    EXPECT_EQ(result.exit_code, 0) << flags[0] << " " << flags[1] << result.err;
  }
}

}  // namespace
}  // namespace roomle_sim
