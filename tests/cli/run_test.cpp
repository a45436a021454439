#include <csignal>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/cli/program.h"
#include "tests/cli/run_support.h"
#include "tests/support/held_port.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Run : public ::testing::Test {
 protected:
  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "run");
    return roomle_sim_run(std::move(arguments));
  }
  static std::string port_of(const std::string& url) {
    const std::size_t colon = url.rfind(':');
    return url.substr(colon + 1, url.rfind('/') - colon - 1);
  }

  TemporaryFolder folder_;
  const std::string fine_ = folder_.file("fine.json", scenario("delivered"));
};

TEST_F(Run, APassedScenarioIsALineAndExitsWithZero) {
  const ProcessResult result = run({fine_});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(StartsWith("ok   a saved draft  ("), HasSubstr("\n1 passed, 0 failed  (")));
}

TEST_F(Run, ADifferenceIsShownAtItsPlaceAndExitsWithFour) {
  const std::string file = folder_.file("wrong.json", scenario("mailed"));
  const ProcessResult result = run({file, fine_});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(
      result.out,
      AllOf(HasSubstr("FAIL a saved draft"), HasSubstr(file + ":5:30: outcome\n"),
            HasSubstr("       \"mailed\"     | \"delivered\"\n"), HasSubstr("1 passed, 1 failed")));
}

TEST_F(Run, JsonGivesAnObjectForEachScenarioAndASummary) {
  const ProcessResult result = run({folder_.file("wrong.json", scenario("mailed")), "--json"});
  const auto lines = objects(result.out);
  ASSERT_EQ(lines.size(), 2U) << result.out << result.err;
  EXPECT_EQ(lines[0]["type"], "scenario");
  EXPECT_EQ(lines[0]["name"], "a saved draft");
  EXPECT_EQ(lines[0]["passed"], false);
  EXPECT_TRUE(lines[0]["durationMs"].is_number());
  EXPECT_EQ(lines[0]["differences"][0]["expected"], "\"mailed\"");
  EXPECT_EQ(lines[1]["type"], "summary");
  EXPECT_EQ(lines[1]["failed"], 1);
}

TEST_F(Run, TheMistakesOfAllFilesAreShownBeforeAnythingRuns) {
  const std::string one = folder_.file("one.json", scenario("delivered", R"("seeed": 1,)"));
  const std::string two = folder_.file("two.json", "{");
  const ProcessResult result = run({fine_, one, two});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(
      result.err,
      AllOf(HasSubstr(one + ":1:28: a scenario has no member 'seeed' (did you mean 'seed'?)"),
            HasSubstr(two + ":1:")));
}

TEST_F(Run, AFolderWithoutScenariosCannotBeUsed) {
  std::filesystem::create_directory(folder_.path() + "/empty");
  const ProcessResult result = run({folder_.path() + "/empty"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("has no scenarios"));
}

TEST_F(Run, OtherJsonInAFolderIsPassedOverWithALine) {
  const std::string tenants = folder_.file("tenants.json", R"({"tenants": []})");
  const ProcessResult result = run({folder_.path()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, tenants + ": passed over: this looks like a tenants file\n");
  EXPECT_THAT(result.out, HasSubstr("1 passed, 0 failed"));
  EXPECT_EQ(run({folder_.path(), "-q"}).err, "");
}

TEST_F(Run, OfManyOtherFilesTheFirstAreNamed) {
  for (int i = 100; i < 113; ++i) folder_.file(std::to_string(i) + ".json", "{}");
  const ProcessResult result = run({folder_.path()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("109.json: passed over"), Not(HasSubstr("110.json")),
                                HasSubstr("and 3 more files that are no scenarios\n")));
}

TEST_F(Run, ATenantsFileThatIsNamedIsAMistakeWithAdvice) {
  const std::string tenants = folder_.file("tenants.json", R"({"tenants": []})");
  const ProcessResult result = run({tenants});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith(tenants + ":1:1: this looks like a tenants file"));
  EXPECT_THAT(result.err, HasSubstr("roomle-sim tenants check FILE"));
}

TEST_F(Run, AScenarioThatExpectsNothingIsWarnedOfOnce) {
  const std::string file = folder_.file("nothing.json", R"({ "name": "n",
    "tenants": [ { "id": 42, "name": "acme" } ],
    "steps": [ { "send": "email.savedConfiguration" }, { "send": "email.shareConfiguration" } ] })");
  const ProcessResult result = run({file, fine_});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, StartsWith(file + ":3:14: warning: no step expects anything"));
  EXPECT_EQ(result.err.find("warning"), result.err.rfind("warning"));
  EXPECT_EQ(run({file, "-q"}).err, "");
}

TEST_F(Run, AnEndpointWhereNothingAnswersIsToldOnceBeforeAnythingRuns) {
  const test::HeldPort held;
  const std::string report = folder_.path() + "/report.xml";
  const ProcessResult result =
      run({fine_, fine_, "--endpoint", held.url(), "--report", "junit=" + report});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "roomle-sim: --endpoint: nothing answers at " + held.url() +
                            " (Connection refused); start your endpoint first, or have it started: "
                            "roomle-sim run … --endpoint URL -- CMD\n");
  EXPECT_FALSE(std::filesystem::exists(report));
}

TEST_F(Run, AScenarioMayWantARefusalOfTheBuiltInEndpoint) {
  const std::string file =
      folder_.file("down.json", scenario("mailed", R"("endpoint": {"refuse": true},)"));
  EXPECT_EQ(run({file}).exit_code, 0);
}

TEST_F(Run, TheReportIsWrittenAndAFolderThatIsMissingExitsWithThree) {
  const std::string path = folder_.path() + "/report.xml";
  EXPECT_EQ(run({fine_, "--report", "junit=" + path}).exit_code, 0);
  EXPECT_THAT(content_of(path), HasSubstr("<testcase name=\"a saved draft\" classname=\"fine\""));
  const ProcessResult result =
      run({fine_, "--report", "junit=" + folder_.path() + "/none/report.xml"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("cannot be written"));
}

TEST_F(Run, TheMailsCanBeKept) {
  const std::string file =
      folder_.file("down.json", scenario("mailed", R"("endpoint": {"sequence": [503]},)"));
  EXPECT_EQ(run({file, "--mail", "maildir:" + folder_.path() + "/mail"}).exit_code, 0);
  const std::filesystem::path mails = folder_.path() + "/mail/new";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(mails), {}), 1);
}

TEST_F(Run, StartsTheEndpointUnderTestAndStopsIt) {
  std::string url;
  ProcessResult first;
  ProcessResult second;
  // Somebody else may be given the port before the command has it: then with another one.
  for (int tries = 0; tries < 5; ++tries) {
    url = test::HeldPort().url();
    std::vector<std::string> arguments{fine_, "--endpoint", url, "--"};
    const std::vector<std::string> command = program({"endpoint", "--port", port_of(url)});
    arguments.insert(arguments.end(), command.begin(), command.end());
    first = run(arguments);
    // Its port is free again: a second run can start it once more.
    second = run(arguments);
    if (first.exit_code != 3 && second.exit_code != 3) break;
  }
  EXPECT_EQ(first.exit_code, 0) << first.out << first.err;
  EXPECT_THAT(first.out, Not(HasSubstr("listening"))) << "the command's output goes to stderr";
  EXPECT_THAT(first.err, HasSubstr("listening at " + url));
  EXPECT_EQ(second.exit_code, 0) << second.out << second.err;
}

// No destructor runs then: it is the kernel that ends the command.
TEST_F(Run, ACommandDoesNotOutliveARunThatWasKilled) {
  const test::HeldPort held;  // nobody ever answers there, so that the run waits
  const std::string fifo = folder_.path() + "/pid";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Process run(program({"run", fine_, "--endpoint", held.url(), "--ready-timeout", "1h", "--", "sh",
                       "-c", "echo $$ > \"$0\"; exec sleep 600", fifo}));
  pid_t command = 0;
  std::ifstream(fifo) >> command;
  ASSERT_GT(command, 0);
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, command, 0));
  ASSERT_GE(handle, 0);
  run.signal(SIGKILL);
  pollfd ended{handle, POLLIN, 0};
  const bool gone = poll(&ended, 1, 60'000) == 1;
  if (!gone) kill(command, SIGKILL);
  EXPECT_TRUE(gone) << "the command lived on";
  EXPECT_EQ(run.wait().exit_code, 128 + SIGKILL);
  close(handle);
}

TEST_F(Run, ACommandThatEndsBeforeItAnswersExitsWithThree) {
  const test::HeldPort held;
  const ProcessResult result = run({fine_, "--endpoint", held.url(), "--", "sh", "-c", "exit 7"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("'sh' exited with status 7"));
}

// What is expected to fail passes, since nobody is there any more.
TEST_F(Run, ACommandThatDiesOfARequestIsNoSuccess) {
  const std::string file = folder_.file("dies.json", scenario("mailed"));
  const std::string url = test::HeldPort().url();
  const std::string port = url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2);
  const ProcessResult result =
      run({file, "--json", "--report", "junit=" + folder_.path() + "/r.xml", "--report",
           "tap=" + folder_.path() + "/r.tap", "--report", "html=" + folder_.path() + "/r.html",
           "--endpoint", url, "--", "bash", "-c",
           "exec 3< <(exec \"$0\" endpoint --port \"$1\" --json --fault blackhole); pid=$!; "
           "read -r ready <&3; read -r request <&3; kill -9 $pid; exit 7",
           PROGRAM, port});
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.err, HasSubstr("'bash' exited with status 7 during the run"));
  const auto lines = objects(result.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["state"], "passed");
  EXPECT_EQ(lines[1]["type"], "commandEnded");
  EXPECT_EQ(lines[2]["commandEnd"], "'bash' exited with status 7 during the run");
  EXPECT_THAT(content_of(folder_.path() + "/r.xml"),
              AllOf(HasSubstr(R"(tests="2" failures="0" errors="1")"),
                    HasSubstr("<error message=\"'bash' exited with status 7")));
  EXPECT_THAT(content_of(folder_.path() + "/r.tap"),
              HasSubstr("\nnot ok 2 - the endpoint under test lasts\n# 'bash' exited"));
  EXPECT_THAT(content_of(folder_.path() + "/r.html"), HasSubstr("exited with status 7"));
}

TEST_F(Run, RefusesToStartACommandWhereSomethingAnswersAlready) {
  RunningEndpoint endpoint;
  const ProcessResult result = run({fine_, "--endpoint", endpoint.url(), "--", "sleep", "600"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("something answers at 127.0.0.1:" + port_of(endpoint.url())));
}

TEST_F(Run, TellsWhatAnExternalEndpointLeavesUnchecked) {
  RunningEndpoint endpoint;
  const std::string file = folder_.file("counts.json", R"({ "name": "n",
    "tenants": [ { "id": 42, "name": "acme" } ],
    "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "received": 5 } } ] })");
  const ProcessResult result = run({file, "--endpoint", endpoint.url()});
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("1 not checked: external endpoint"));
}

TEST_F(Run, AnInterruptEndsItSoonWith130) {
  folder_.file("hangs.json", scenario("mailed", R"("timeout": "1h",
    "endpoint": {"sequence": [{"blackhole": true}]},)"));
  Process process(program({"run", folder_.path(), "--jobs", "1", "--json"}));
  EXPECT_THAT(process.read_line(), HasSubstr("fine.json"));
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
}

TEST_F(Run, AWrongFlagIsAMistakeOfUsage) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--endpoint", "nonsense"},
                                             {"--timeout", "5"},
                                             {"--report", "xml=x"},
                                             {"--jobs", "0"},
                                             {"--mail", "mbox:x"},
                                             {"--", "sleep", "1"},
                                             {"--endpoint", "http://127.0.0.1:1/", "--"}}) {
    std::vector<std::string> arguments = flags;
    arguments.insert(arguments.begin(), fine_);
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 1) << flags.front() << result.err;
    EXPECT_NE(result.err, "");
  }
}

}  // namespace
}  // namespace roomle_sim
