// `roomle-sim run`: reports, progress, how to run a failure again, and recordings.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "tests/cli/program.h"
#include "tests/cli/run_support.h"
#include "tests/support/held_port.h"
#include "tests/support/raw_server.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RunReported : public ::testing::Test {
 protected:
  static ProcessResult run(std::vector<std::string> arguments, const ProcessOptions& options = {}) {
    arguments.insert(arguments.begin(), "run");
    return roomle_sim_run(std::move(arguments), options);
  }
  std::string in(const std::string& name) const { return folder_.path() + "/" + name; }

  TemporaryFolder folder_;
  const std::string fine_ = folder_.file("fine.json", scenario("delivered"));
  const std::string wrong_ = folder_.file("wrong.json", scenario("mailed"));
};

TEST_F(RunReported, SeveralReportsAtOnce) {
  const ProcessResult result =
      run({wrong_, fine_, "--report", "junit=" + in("r.xml"), "--report", "tap=" + in("r.tap"),
           "--report", "json=" + in("r.json"), "--report", "html=" + in("r.html")});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(content_of(in("r.xml")),
              AllOf(HasSubstr("<testcase name=\"a saved draft\" classname=\"wrong\""),
                    HasSubstr("reproduce with: roomle-sim run ")));
  EXPECT_THAT(content_of(in("r.tap")),
              StartsWith("TAP version 13\n1..2\nnot ok 1 - a saved draft\n"));
  const auto json = json_from(content_of(in("r.json")));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["scenarios"][1]["sends"][0]["outcome"], "delivered");
  EXPECT_THAT(content_of(in("r.html")), StartsWith("<!DOCTYPE html>"));
}

TEST_F(RunReported, AReportOnStdoutIsThereAlone) {
  const ProcessResult result = run({fine_, "--report", "tap=-"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, StartsWith("TAP version 13\n1..1\nok 1 - a saved draft\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("1 passed")));
  EXPECT_THAT(result.err, HasSubstr("1 passed, 0 failed"));
  EXPECT_EQ(run({fine_, "--report", "tap=-", "-q"}).err, "");
}

TEST_F(RunReported, ReportsThatCannotBeAreMistakesBeforeAnythingRuns) {
  for (const auto& [flags, expected] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--report", "xml=x"},
            "--report: expected junit=FILE, tap=FILE, json=FILE or html=FILE"},
           {{"--report", "tap="}, "--report: expected"},
           {{"--report", "tap=" + in("x"), "--report", "json=" + in("./x")},
            "two reports cannot go to "},
           {{"--report", "tap=-", "--report", "html=-"}, "two reports cannot go to '-'"},
           {{"--report", "tap=-", "--json"}, "--json and a report to '-' both want stdout"},
           {{"--replay-update"}, "--replay-update needs --replay DIR"},
           {{"--watch", "-"}, "--watch: stdin cannot be watched"}}) {
    std::vector<std::string> arguments = flags;
    arguments.insert(arguments.begin(), fine_);
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(expected));
  }
}

TEST_F(RunReported, NoReportTakesThePlaceOfAFileOfTheRun) {
  const std::string tenants = folder_.file("tenants.json", R"([ { "id": 42, "name": "acme" } ])");
  const std::string includes = folder_.file("includes.json", R"({ "name": "includes",
    "include": "part.json", "steps": [ { "send": "email.savedConfiguration" },
    { "expect": { "outcome": "delivered" } } ] })");
  const std::string part =
      folder_.file("part.json", R"({ "tenants": [ { "id": 42, "name": "acme" } ] })");
  const std::string variables = folder_.file("variables.env", "a=b\n");
  fs::create_symlink(includes, in("link.json"));
  for (const std::string& file : {includes, part, variables, in("link.json"), in("./part.json")}) {
    const std::string before = content_of(file);
    for (const bool watch : {false, true}) {
      std::vector<std::string> arguments{includes, "--variables-file", variables, "--report",
                                         "html=" + file};
      if (watch) arguments.emplace_back("--watch");
      const ProcessResult result = run(arguments);
      EXPECT_EQ(result.exit_code, 1) << result.err;
      EXPECT_THAT(result.err, HasSubstr("--report: '" + file + "' is a file of this run"));
    }
    EXPECT_EQ(content_of(file), before);
  }
  // What is found in a folder may be a scenario that is just being written.
  const std::string broken = folder_.file("broken.json", R"({ "name": "broken", "st)");
  for (const auto& [file, why] :
       {std::pair(tenants, "this is no scenario"), std::pair(broken, "this is no JSON")}) {
    const ProcessResult result = run({folder_.path(), "--report", "json=" + file});
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("--report: '" + file + "' was found and passed over (" + why +
                                      "), and would be overwritten"));
  }
  EXPECT_THAT(content_of(broken), StartsWith("{ \"name\": \"broken\""));
}

TEST_F(RunReported, AReportOfAnEarlierRunIsReplacedThoughItIsFoundInTheFolder) {
  const std::string shop = folder_.file("shop/a.json", scenario("delivered"));
  const std::string report = in("shop/report.json");
  for (const char* passed : {"\"passed\": 1", "\"passed\": 1", "\"passed\": 0"}) {
    if (std::string_view(passed).ends_with('0')) folder_.file("shop/a.json", scenario("mailed"));
    const ProcessResult result = run({in("shop"), "--report", "json=" + report});
    EXPECT_THAT(result.err, Not(HasSubstr("would be overwritten")));
    EXPECT_THAT(content_of(report), HasSubstr(passed));
  }
  folder_.file("shop/report.json", "");
  EXPECT_EQ(run({in("shop"), "--report", "json=" + report}).exit_code, 4) << "an empty file";
}

TEST_F(RunReported, NoReportTakesThePlaceOfWhatItsFlagsName) {
  const std::string cert = folder_.file("cert.pem", "a certificate");
  const std::string key = folder_.file("key.pem", "a key");
  const std::string script = folder_.file("start.sh", "exit 7");
  const std::string tenants = folder_.file("tenants.json", "[]");
  const std::vector<std::string> command{"--endpoint", test::HeldPort().url(), "--", "sh",
                                         script,       "--tenants=" + tenants};
  struct Row {
    std::vector<std::string> flags;
    std::string file;
    std::string why;
  };
  for (const Row& row :
       std::vector<Row>{{{"--cacert", cert}, cert, "is the file of --cacert"},
                        {{"--cert", cert, "--key", key}, cert, "is the file of --cert"},
                        {{"--cert", cert, "--key", key}, in("./key.pem"), "is the file of --key"},
                        {command, script, "is a file of the command behind '--'"},
                        {command, tenants, "is a file of the command behind '--'"}}) {
    std::vector<std::string> arguments{fine_, "--report", "tap=" + row.file};
    arguments.insert(arguments.end(), row.flags.begin(), row.flags.end());
    const std::string before = content_of(row.file);
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("--report: '" + row.file + "' " + row.why +
                                      ", and would be overwritten"));
    EXPECT_EQ(content_of(row.file), before);
  }
}

TEST_F(RunReported, NoReportGoesIntoTheFolderOfRecordings) {
  const auto refused = [&](const std::string& folder, const std::string& report) {
    const ProcessResult result = run({fine_, "--replay", folder, "--report", "json=" + report});
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("--report: '" + report + "' lies in the folder of --replay"));
  };
  fs::create_directory(in("recorded"));
  EXPECT_EQ(run({fine_, "--replay", in("recorded")}).exit_code, 0);
  const std::string recording = in("recorded/fine.replay.json");
  const std::string before = content_of(recording);
  fs::create_symlink(recording, in("link.json"));
  refused(in("recorded"), recording);
  refused(in("recorded/"), in("recorded/later.json"));
  refused(in("recorded"), in("link.json"));
  EXPECT_EQ(content_of(recording), before);
  EXPECT_EQ(
      run({fine_, "--replay", in("recorded"), "--report", "json=" + in("recorded.json")}).exit_code,
      0);
}

TEST_F(RunReported, TheCurlOfAFailurePostsTheSameToAnotherEndpoint) {
  const RawServer echo([](RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + connection.read_request());
  });
  for (const char* time : {"real", "virtual"}) {
    const ProcessResult result = run({wrong_, "-H", "X-Auth: HUSH-HEADER", "--time", time});
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("     The same POST, with WEBHOOK as your endpoint's URL:\n"
                                "       curl -i --max-time 10 -H "),
                      Not(HasSubstr("HUSH"))));
    const std::string curl = "curl " + rest_of_line(result.out, "       curl ");
    ProcessOptions options;
    options.environment = {{"WEBHOOK", echo.url()}, {"X_AUTH", "mine"}};
    const ProcessResult posted = run_process({"sh", "-c", curl}, options);
    EXPECT_THAT(posted.out,
                AllOf(StartsWith("HTTP/1.1 200 OK"), HasSubstr("\nPOST /hook HTTP/1.1\r\n"),
                      HasSubstr("token: 01-"), HasSubstr("X-Auth: mine\r\n"),
                      HasSubstr("{\"event\":\"email.savedConfiguration\"")))
        << curl << posted.err;
  }
}

TEST_F(RunReported, TheCurlOfAnEndpointOfOnesOwnNamesIt) {
  const RawServer mine([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
  const ProcessResult result = run({wrong_, "--endpoint", mine.url()});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(rest_of_line(result.out, "     The same POST:\n       curl "),
              EndsWith(" " + mine.url()));
}

TEST_F(RunReported, TheCurlIsOfTheSendThatWasNotAsExpected) {
  // The first is mailed, as it is meant to be; the last is fine.
  const std::string three = folder_.file("three.json", R"({ "name": "three",
  "tenants": [ { "id": 42, "name": "acme" } ],
  "endpoint": { "sequence": [ 503, 200, 200 ], "then": "repeat_last" },
  "steps": [ { "send": "email.savedConfiguration", "data": { "email": "one@example.com" } },
    { "expect": { "outcome": "mailed" } },
    { "send": "email.savedConfiguration", "as": "second", "data": { "email": "two@example.com" } },
    { "expect": { "outcome": "mailed" } },
    { "send": "email.savedConfiguration", "data": { "email": "three@example.com" } },
    { "expect": { "outcome": "delivered" } } ] })");
  const ProcessResult result = run({three});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.out, HasSubstr("     The same POST (of the send at line 6, \"second\"), with "
                                    "WEBHOOK as your endpoint's URL:\n"));
  EXPECT_THAT(rest_of_line(result.out, "       curl "),
              AllOf(HasSubstr("two@example.com"), Not(HasSubstr("one@example.com"))));
}

TEST_F(RunReported, AFailureSaysHowToRunItAgain) {
  const std::string cases = folder_.file("cases.json", R"({ "name": "it's ${status} for ${who}",
    "tenants": [ { "id": 42, "name": "acme" } ], "cases": [ { "status": 200 }, { "status": 503 } ],
    "endpoint": { "sequence": [ "${status}" ] },
    "steps": [ { "send": "email.savedConfiguration", "data": { "configuratorId": "${api_token}" } },
               { "expect": { "outcome": "delivered" } } ] })");
  const std::vector<std::string> flags{"--variable", "who=a \"customer\"",
                                       "--variable", "api_token=HUSH-TOKEN-1",
                                       "--variable", "other=1",
                                       "-H",         "X-Auth: HUSH-HEADER"};
  std::vector<std::string> arguments{cases};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const ProcessResult result = run(arguments);
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("HUSH")));
  const std::string line = rest_of_line(result.out, "Reproduce with: roomle-sim ");
  EXPECT_THAT(line, Not(HasSubstr("other=1"))) << "it is not referred to";
  // A shell makes of it the same one case.
  ProcessOptions options;
  options.environment = {{"API_TOKEN", "again-and-again"}, {"X_AUTH", "x"}};
  const ProcessResult again =
      run_process({"sh", "-c", std::string(PROGRAM) + " " + line + " --json"}, options);
  EXPECT_EQ(again.exit_code, 4) << line << again.err;
  const auto lines = objects(again.out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["name"], "it's 503 for a \"customer\"");
}

TEST_F(RunReported, NoSecretIsInAnyOutput) {
  const std::string file = folder_.file("secrets.json", R"({ "name": "secrets",
    "tenants": [ { "id": 42, "name": "acme", "apiKey": "k" } ],
    "credentials": [ { "apiKey": "k", "secret": { "env": "ACME_SECRET" } } ],
    "endpoint": { "sequence": [ { "status": 503, "body": "${env.ACME_SECRET} ${env.SHOP_PASSWORD}" } ] },
    "steps": [ { "send": "email.savedConfiguration", "data": { "configuratorId": "${env.SHOP_PASSWORD}" } },
               { "expect": { "outcome": "delivered", "received": { "body": { "/data/configuratorId": "x" } } } } ] })");
  ProcessOptions options;
  options.environment = {{"ACME_SECRET", "HUSH-HUSH-SECRET"}, {"SHOP_PASSWORD", "HUSH-PASSWORD"}};
  std::vector<std::string> arguments{
      file, "--story", "-H", "Authorization: Bearer HUSH-BEARER", "--replay", in("recorded")};
  for (const char* form : {"junit", "tap", "json", "html"}) {
    arguments.insert(arguments.end(), {"--report", std::string(form) + "=" + in(form)});
  }
  const ProcessResult plain = run(arguments, options);
  EXPECT_EQ(plain.exit_code, 4) << plain.err;
  arguments.emplace_back("--json");
  const ProcessResult json = run(arguments, options);
  std::string all = plain.out + plain.err + json.out + json.err;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
    if (entry.is_regular_file() && entry.path() != file) all += content_of(entry.path());
  }
  EXPECT_THAT(all, HasSubstr("secrets.json"));
  EXPECT_THAT(all, Not(HasSubstr("HUSH")));
}

TEST_F(RunReported, DifferencesStandSideBySide) {
  const std::string file = folder_.file("list.json", R"({ "name": "n",
    "tenants": [ { "id": 42, "name": "acme" } ],
    "steps": [ { "send": "email.savedConfiguration" },
               { "expect": { "outcome": "mailed", "statuses": [200, 503] } } ] })");
  EXPECT_THAT(run({file}).out, AllOf(HasSubstr("       expected       got\n"),
                                     HasSubstr("       \"mailed\"     | \"delivered\"\n")));
}

TEST_F(RunReported, ProgressIsShownOnATerminalAlone) {
  const std::string command = std::string(PROGRAM) + " run " + fine_;
  EXPECT_EQ(run({fine_}).err, "");
  ProcessOptions options;
  options.environment = {{"TERM", "xterm"}};
  const ProcessResult terminal = run_process({"script", "-qec", command, "/dev/null"}, options);
  EXPECT_EQ(terminal.exit_code, 0) << terminal.err;
  EXPECT_THAT(terminal.out, AllOf(HasSubstr("     0/1 a saved draft"), HasSubstr("\r\x1b[K")));
}

TEST_F(RunReported, TheProgressIsDrawnAnewOnceForAllLinesOfAFailure) {
  const std::string slow = folder_.file(
      "slow.json", scenario("delivered", R"("endpoint": {"sequence": [{"delay": "500ms"}]}, )"));
  ProcessOptions options;
  options.environment = {{"TERM", "xterm"}};
  const std::string command = std::string(PROGRAM) + " run -j2 " + wrong_ + " " + slow;
  const ProcessResult terminal = run_process({"script", "-qec", command, "/dev/null"}, options);
  std::size_t drawn = 0;
  for (std::size_t at = terminal.out.find("\r\x1b[K"); at != std::string::npos;
       at = terminal.out.find("\r\x1b[K", at + 1)) {
    ++drawn;
  }
  EXPECT_THAT(terminal.out, HasSubstr("1 passed, 1 failed"));
  EXPECT_LT(drawn, 8U);
}

TEST_F(RunReported, FailFastTellsWhatWasNeverBegun) {
  const ProcessResult result =
      run({wrong_, fine_, folder_.file("z.json", scenario("delivered")), "-j1", "--fail-fast"});
  EXPECT_THAT(result.out, HasSubstr("0 passed, 1 failed, 2 not run  ("));
}

TEST_F(RunReported, WhoRunsOneFileIsToldNothingOfOtherRecordings) {
  const std::string folder = in("recorded");
  const std::string shop = folder_.file("shop/a.json", scenario("delivered"));
  EXPECT_EQ(run({wrong_, shop, "--replay", folder}).exit_code, 4);
  EXPECT_THAT(run({shop, "--replay", folder}).err, Not(HasSubstr("a recording of no scenario")));
  EXPECT_THAT(run({in("shop"), "--replay", folder}).err,
              HasSubstr("wrong.replay.json: a recording of no scenario of this run"));
}

TEST_F(RunReported, TheCommandToRunAFailureAgainKeepsItsMailbox) {
  const ProcessResult result = run({wrong_, "--mail", "maildir:" + in("mails")});
  EXPECT_THAT(rest_of_line(result.out, "Reproduce with: "),
              HasSubstr("--mail maildir:" + in("mails")));
}

TEST_F(RunReported, TrafficIsRecordedAndComparedUntilItIsRecordedAnew) {
  const std::string folder = in("recorded");
  ProcessResult result = run({fine_, "--replay", folder});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("recorded the traffic of 1 scenario into " + folder));
  EXPECT_EQ(run({fine_, "--replay", folder}).exit_code, 0);
  folder_.file("fine.json", scenario("delivered", R"("endpoint": {"sequence": [201]}, )"));
  result = run({fine_, "--replay", folder});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, AllOf(HasSubstr("replay sends[0].attempts[0].response.status\n"),
                                HasSubstr("       200          | 201\n")));
  EXPECT_EQ(run({fine_, "--replay", folder, "--replay-update"}).exit_code, 0);
  EXPECT_EQ(run({fine_, "--replay", folder}).exit_code, 0);
}

}  // namespace
}  // namespace roomle_sim
