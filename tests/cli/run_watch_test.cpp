// `roomle-sim run --watch`.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <poll.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/json_text.h"
#include "tests/cli/program.h"
#include "tests/cli/run_support.h"
#include "tests/support/held_port.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunWatched : public ::testing::Test {
 protected:
  std::string in(const std::string& name) const { return folder_.path() + "/" + name; }

  TemporaryFolder folder_;
  const std::string fine_ = folder_.file("fine.json", scenario("delivered"));
};

// Reads objects of --json until one of this type comes.
nlohmann::ordered_json next(Process& process, const std::string& type) {
  for (;;) {
    auto object = json_from(process.read_line());
    if (object.at("type") == type) return object;
  }
}

TEST_F(RunWatched, RunsAgainAfterEachChangeAndEndsWith130) {
  const std::string members =
      folder_.file("members.json", R"({ "tenants": [ { "id": 1, "name": "x" } ] })");
  const std::string file =
      folder_.file("watched.json", R"({ "name": "watched", "include": "members.json",
    "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "outcome": "delivered" } } ] })");
  Process process(
      program({"run", file, "--watch", "--json", "--report", "json=" + in("report.json")}));
  EXPECT_EQ(next(process, "summary")["passed"], 1);
  next(process, "watching");
  // What it includes changes, as an editor changes it: another file in its place.
  folder_.file("members.tmp", R"({ "tenants": [ { "id": 1, "name": "x", "webhook": null } ] })");
  fs::rename(in("members.tmp"), members);
  EXPECT_EQ(next(process, "summary")["failed"], 1);
  next(process, "watching");
  // Broken, and mended.
  std::ofstream(members) << "{";
  next(process, "watching");
  std::ofstream(members) << R"({ "tenants": [ { "id": 1, "name": "x" } ] })";
  EXPECT_EQ(next(process, "summary")["passed"], 1);
  next(process, "watching");
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("members.json:1:"));
}

TEST_F(RunWatched, EndsWithWhoReadsIt) {
  const std::string file = folder_.file("watched.json", scenario("mailed"));
  const ProcessResult result = run_process(
      {"bash", "-c", "set -o pipefail; \"$0\" run --watch \"$1\" | head -n 1", PROGRAM, file});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("roomle-sim: "));
}

TEST_F(RunWatched, StartsACommandAgainThatHasEnded) {
  const std::string file = folder_.file("watched.json", scenario("mailed"));
  const std::string url = test::HeldPort().url();
  const std::string port = url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2);
  // An endpoint that comes to its end with the first request.
  Process process(program({"run", file, "--watch", "--json", "--endpoint", url, "--", "sh", "-c",
                           "\"$0\" endpoint --port \"$1\" --json --fault 503 | "
                           "{ read -r ready; read -r request; }; exit 7",
                           PROGRAM, port}));
  for (int ended = 0; ended < 2;) {
    const auto object = json_from(process.read_line());
    ASSERT_FALSE(object.is_discarded()) << process.wait().err;
    if (object["type"] == "commandEnded") {
      EXPECT_EQ(object["how"], "exited with status 7");
      ++ended;
    } else if (object["type"] == "watching") {
      std::ofstream(file) << scenario("mailed");  // another round
    }
  }
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130);
  // Whether the shell has ended by the end of the round, nobody knows.
  EXPECT_THAT(result.err, AllOf(AnyOf(HasSubstr("'sh' exited with status 7 during the run"),
                                      HasSubstr("'sh' exited with status 7 while no scenario ran")),
                                HasSubstr("starting 'sh' again")));
}

// The objects up to the one that says that it waits.
std::vector<nlohmann::ordered_json> until_watching(Process& process) {
  std::vector<nlohmann::ordered_json> objects;
  for (;;) {
    auto object = json_from(process.read_line());
    if (object.is_discarded()) object = {{"type", "(no more)"}};
    if (object["type"] == "watching") return objects;
    objects.push_back(std::move(object));
    if (objects.back()["type"] == "(no more)") return objects;
  }
}

std::string types_of(const std::vector<nlohmann::ordered_json>& objects) {
  std::string types;
  for (const auto& object : objects) types += object["type"].get<std::string>() + " ";
  return types;
}

// A run that watches a scenario, with an endpoint that is killed while it waits for a change.
class RunWatchesACommand : public RunWatched {
 protected:
  // `again`: what the shell does where it is started once more.
  void start_and_kill(const std::string& again) {
    const std::string fifo = in("pid");
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const std::string url = test::HeldPort().url();
    const std::string port = url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2);
    process_ = std::make_unique<Process>(
        program({"run", fine_, "--watch", "--json", "--endpoint", url, "--", "sh", "-c",
                 "if [ ! -p \"$0\" ]; then " + again +
                     "; fi; echo $$ > \"$0\"; rm \"$0\"; exec \"$1\" endpoint --port \"$2\"",
                 fifo, PROGRAM, port}));
    pid_t command = 0;
    std::ifstream(fifo) >> command;
    ASSERT_GT(command, 0);
    ASSERT_EQ(types_of(until_watching(*process_)), "scenario summary ");
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, command, 0));
    ASSERT_GE(handle, 0);
    kill(command, SIGKILL);
    pollfd ended{handle, POLLIN, 0};
    EXPECT_EQ(poll(&ended, 1, 60'000), 1);
    close(handle);
  }
  void change() { std::ofstream(fine_) << scenario("delivered"); }

  std::unique_ptr<Process> process_;
};

TEST_F(RunWatchesACommand, WhatEndedWhileItWaitedIsStartedBeforeTheNextRound) {
  ASSERT_NO_FATAL_FAILURE(start_and_kill("exec \"$1\" endpoint --port \"$2\""));
  change();
  const auto round = until_watching(*process_);
  ASSERT_EQ(types_of(round), "commandEnded scenario summary ");
  EXPECT_EQ(round[0]["how"], "was ended by signal 9 (Killed)");
  EXPECT_EQ(round[2]["passed"], 1);
  process_->signal(SIGINT);
  const ProcessResult result = process_->wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("'sh' was ended by signal 9 (Killed) while no scenario ran"),
                    HasSubstr("starting 'sh' again"), Not(HasSubstr("during the run"))));
}

TEST_F(RunWatchesACommand, NothingIsPlayedWhereItCannotBeStartedAgain) {
  ASSERT_NO_FATAL_FAILURE(start_and_kill("exit 7"));
  for (int i = 0; i < 2; ++i) {
    change();
    EXPECT_EQ(types_of(until_watching(*process_)), "commandEnded error ");
  }
  process_->signal(SIGINT);
  const ProcessResult result = process_->wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("'sh' exited with status 7 before it answered at "));
}

TEST_F(RunWatched, TellsOfRecordingsThatCannotBeUsedAsOfMistakesInFiles) {
  const std::string recorded = in("recorded");
  folder_.file("recorded/notes.txt", "mine");
  Process process(program({"run", fine_, "--watch", "--json", "--replay", recorded}));
  const auto round = until_watching(process);
  ASSERT_EQ(types_of(round), "error ");
  EXPECT_THAT(round[0]["message"],
              HasSubstr("--replay: " + recorded + " holds other things and no recording"));
  fs::remove_all(recorded);
  std::ofstream(fine_) << scenario("delivered");
  EXPECT_EQ(next(process, "summary")["passed"], 1);
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("holds other things and no recording"));
}

TEST_F(RunWatched, TellsAnErrorAsAnObjectAndWhatItWaitsFor) {
  const std::string later = in("later.json");
  Process process(program({"run", later, "--watch", "--json"}));
  EXPECT_THAT(next(process, "error")["message"], HasSubstr("there is no such file"));
  EXPECT_EQ(next(process, "watching")["files"], 1);
  folder_.file("later.json", "{");
  EXPECT_THAT(next(process, "error")["message"], HasSubstr("later.json:1:2: not JSON"));
  EXPECT_EQ(next(process, "watching")["files"], 1);
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("watching 1 file; Ctrl-C ends"));
}

TEST_F(RunWatched, WaitsOnAFileThatIsMissing) {
  const std::string file =
      folder_.file("watched.json", R"({ "name": "watched", "tenantsFile": "later.json",
    "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "outcome": "delivered" } } ] })");
  Process process(program({"run", file, "--watch", "--json"}));
  next(process, "watching");
  folder_.file("later.json", R"({ "tenants": [ { "id": 1, "name": "x" } ] })");
  EXPECT_EQ(next(process, "summary")["passed"], 1);
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
}

}  // namespace
}  // namespace roomle_sim
