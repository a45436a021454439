// `roomle-sim run`: no secret is in anything that it shows or writes, also where it stands in a
// name, in a case, in the mail's HTML or in a URL; and the commands to copy go on working without
// it.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "tests/cli/program.h"
#include "tests/cli/run_support.h"
#include "tests/support/raw_server.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunSecrets : public ::testing::Test {
 protected:
  RunSecrets() {
    options_.environment = {{"MY_PASSWORD", "HUSH-IN-NAME"}, {"SHOP_SIG", "HUSH-SIG"}};
    for (const char* form : {"junit", "tap", "json", "html"}) {
      flags_.insert(flags_.end(), {"--report", std::string(form) + "=" + in(form)});
    }
    flags_.insert(flags_.end(), {"--replay", in("recorded")});
  }

  std::string in(const std::string& name) const { return folder_.path() + "/" + name; }
  ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "run");
    arguments.insert(arguments.end(), flags_.begin(), flags_.end());
    return roomle_sim_run(std::move(arguments), options_);
  }
  ProcessResult shell(const std::string& command) const {
    return run_process({"sh", "-c", command}, options_);
  }

  // All that was written: the files' names and what is in them.
  std::string written() const {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file() || entry.path() == file_) continue;
      all += entry.path().filename().string() + "\n" + content_of(entry.path());
    }
    return all;
  }

  TemporaryFolder folder_;
  // Two cases that differ in their secret alone. It is in the scenario's name, the mail's links and
  // its sender's name, and in what is expected; half of it is what HTML, JSON or a URL escapes.
  const std::string file_ =
      folder_.file("shop.json", R"({ "name": "${env.MY_PASSWORD} ${shop_password}",
    "cases": [ { "shop_password": "HUSH&Jerry<77 \"é" }, { "shop_password": "HUSH&Jerry>78 'ü" } ],
    "tenants": [ { "id": 42, "name": "acme", "label": "Acme ${shop_password}" } ],
    "endpoint": { "sequence": [ { "status": 503, "body": "${shop_password} ${env.SHOP_SIG}" } ] },
    "steps": [ { "send": "email.savedConfiguration",
                 "data": { "url": "http://x.example/?of=${shop_password}", "configuratorId": "${env.SHOP_SIG}" } },
               { "expect": { "outcome": "delivered", "mails": 1,
                             "mail": { "html": "${shop_password}", "subject": "${env.SHOP_SIG}" } } } ] })");
  std::vector<std::string> flags_;
  ProcessOptions options_;
};

TEST_F(RunSecrets, AreInNoOutputReportRecordingOrFileName) {
  const ProcessResult plain = run({file_, "--story"});
  EXPECT_EQ(plain.exit_code, 4) << plain.err;
  const ProcessResult json = run({file_, "--story", "--json"});
  EXPECT_EQ(json.exit_code, 4) << json.err;
  const std::string all = plain.out + plain.err + json.out + json.err + written();
  for (const char* secret : {"HUSH", "Jerry"}) EXPECT_THAT(all, Not(HasSubstr(secret)));
  EXPECT_THAT(plain.out, AllOf(HasSubstr("FAIL ****** ****** [case 1]"),
                               HasSubstr("FAIL ****** ****** [case 2]")));
  const auto document = json_from(content_of(in("json")));
  EXPECT_THAT(document["scenarios"][0]["sends"][0]["mails"][0]["html"].get<std::string>(),
              HasSubstr("http://x.example/?of=******"));
}

TEST_F(RunSecrets, AreNotInTheNameOfTheSendWhosePostIsShown) {
  const std::string file = folder_.file("named.json", R"({ "name": "n",
    "tenants": [ { "id": 42, "name": "acme" } ],
    "steps": [ { "send": "email.savedConfiguration" },
               { "send": "email.savedConfiguration", "as": "A${env.MY_PASSWORD}" },
               { "expect": { "outcome": "mailed" } } ] })");
  const ProcessResult result = run({file});
  EXPECT_THAT(result.out, HasSubstr("(of the send at line 4, \"A******\")"));
  fs::remove(file);
  EXPECT_THAT(result.out + result.err + written(), Not(HasSubstr("HUSH")));
}

TEST_F(RunSecrets, AreInNoAnswerThatReadsThemFromTheQuery) {
  const RawServer endpoint([](RawConnection& connection) {
    connection.read_request();
    connection.send(
        "HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 31\r\n\r\n"
        "HUSH and seek! HUSH+and+seek%21");
  });
  const std::string fine = folder_.file("fine.json", scenario("delivered"));
  const ProcessResult result =
      run({fine, "--endpoint", endpoint.url() + "?token=HUSH+and+seek%21"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(content_of(in("json")), HasSubstr("****** ******"));
  EXPECT_THAT(result.out + result.err + written(), Not(HasSubstr("HUSH")));
}

TEST_F(RunSecrets, AreOnNoTerminalWhileItRuns) {
  options_.environment["TERM"] = "xterm";
  const ProcessResult terminal = run_process(
      {"script", "-qec", std::string(PROGRAM) + " run " + file_, "/dev/null"}, options_);
  EXPECT_THAT(terminal.out, AllOf(HasSubstr("     0/2 ****** ******"), Not(HasSubstr("HUSH"))));
}

TEST_F(RunSecrets, TheCommandForACaseFindsIt) {
  const ProcessResult result = run({file_});
  const std::string command = "roomle-sim run ";
  for (const char* which : {"[case 1]", "[case 2]"}) {
    std::string line = rest_of_line(result.out.substr(result.out.find(which)), command);
    const ProcessResult again = shell(std::string(PROGRAM) + " run " + line + " --json");
    EXPECT_EQ(again.exit_code, 4) << line << again.err;
    const auto lines = objects(again.out);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0]["name"], std::string("****** ****** ") + which);
  }
}

TEST_F(RunSecrets, OfAnEndpointsUrlAreLeftToVariablesOfTheShell) {
  const RawServer endpoint([](RawConnection& connection) {
    const std::string request = connection.read_request();
    const bool known = request.starts_with("POST /hook?api_key=HUSH-KEY&x=$HOME&sig=HUSH-SIG HTTP");
    connection.send(known ? "HTTP/1.1 503 Known\r\nConnection: close\r\n\r\n"
                          : "HTTP/1.1 403 Stranger\r\nConnection: close\r\n\r\n");
  });
  const std::string fine = folder_.file("fine.json", scenario("delivered"));
  const std::string url = endpoint.url() + "?api_key=HUSH-KEY&x=$HOME&sig=HUSH-SIG";
  const ProcessResult result = run({fine, "--endpoint", url});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.out + result.err + written(), Not(HasSubstr("HUSH")));
  const std::string shown = "\"" + endpoint.url() + "?api_key=$API_KEY&x=\\$HOME&sig=$SIG\"";
  EXPECT_THAT(result.out, HasSubstr(" --endpoint " + shown + " "));
  EXPECT_THAT(result.out, HasSubstr("-> 503"));

  options_.environment = {{"API_KEY", "HUSH-KEY"}, {"SIG", "HUSH-SIG"}};
  const std::string curl = "curl " + rest_of_line(result.out, "       curl ");
  EXPECT_THAT(curl, testing::EndsWith(" " + shown));
  EXPECT_THAT(shell(curl).out, testing::StartsWith("HTTP/1.1 503 Known")) << curl;
  const std::string again = rest_of_line(result.out, "Reproduce with: roomle-sim ");
  EXPECT_THAT(shell(std::string(PROGRAM) + " " + again).out, HasSubstr("-> 503")) << again;
}

TEST_F(RunSecrets, ACurlThatCannotPostTheSameSaysSo) {
  const std::string said = "What stands as ****** in the body is not shown";
  EXPECT_THAT(run({file_}).out, HasSubstr(said));
  EXPECT_THAT(content_of(in("html")), HasSubstr(said));
  const std::string fine = folder_.file("fine.json", scenario("mailed"));
  EXPECT_THAT(roomle_sim_run({"run", fine}).out,
              AllOf(HasSubstr("The same POST"), Not(HasSubstr("is not shown"))));
}

TEST_F(RunSecrets, AreInNoMistakeAboutAUrl) {
  const std::string fine = folder_.file("fine.json", scenario("delivered"));
  const std::string tenants = folder_.file(
      "tenants.json",
      R"({"tenants": [{"id": 1, "name": "x", "webhook": "http://h h/?token=HUSH-IN-FILE"}]})");
  for (const auto& [arguments, said] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"run", fine, "--endpoint", "http://127.0.0.1:1/x?token=HUSH"},
            "nothing answers at http://127.0.0.1:1/x?token=****** ("},
           {{"run", fine, "--endpoint", "http://u:p@h/q?api_key=HUSH"},
            "--endpoint: '…@h/q?api_key=******' is not a URL to post to"},
           {{"send", "email.savedConfiguration", "--to", "http://u:p@h/q?api_key=HUSH"},
            "--to: '…@h/q?api_key=******' is not a URL to post to"},
           {{"send", "email.savedConfiguration", "--tenants", tenants, "--tenant", "1"},
            "\"http://h h/?token=************\""},
           {{"tenants", "check", tenants}, "\"http://h h/?token=************\""}}) {
    const ProcessResult result = roomle_sim_run(arguments);
    EXPECT_NE(result.exit_code, 0);
    EXPECT_THAT(result.out + result.err, AllOf(HasSubstr(said), Not(HasSubstr("HUSH"))));
  }
}

}  // namespace
}  // namespace roomle_sim
