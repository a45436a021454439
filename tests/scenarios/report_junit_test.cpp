#include "scenarios/report_junit.h"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/scenarios/scenario_text.h"
#include "tests/support/process.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Whether tags nest, attributes are quoted, and every & begins a reference: what a parser needs.
testing::AssertionResult well_formed(const std::string& xml) {
  static const std::regex tag(R"re(<(\?xml[^?]*\?|/?[a-z]+)((?: [a-z]+="[^"<]*")*)(/?)>|[^<>]+)re");
  static const std::regex lone_ampersand("&(?!(amp|lt|gt|quot|#[0-9]+);)");
  std::vector<std::string> open;
  std::smatch match;
  auto at = xml.cbegin();
  for (; at != xml.cend(); at = match[0].second) {
    if (!std::regex_search(at, xml.cend(), match, tag, std::regex_constants::match_continuous)) {
      return testing::AssertionFailure() << "no XML at: " << std::string(at, xml.cend());
    }
    const std::string name = match[1];
    if (std::regex_search(match[0].first, match[0].second, lone_ampersand)) {
      return testing::AssertionFailure() << "a lone & in: " << match[0];
    }
    if (name.empty() || name.front() == '?' || match[3] == "/") continue;
    if (name.front() != '/') {
      open.push_back(name);
    } else if (open.empty() || "/" + open.back() != name) {
      return testing::AssertionFailure() << "closes what is not open: " << name;
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? testing::AssertionSuccess()
                      : testing::AssertionFailure() << "not closed: " << open.back();
}

const Scenario& scenario() {
  static const Scenario one =
      *test::parse(R"({ "name": "a <b> & \"c\" \u0001 ü", "tenants": [{"id": 1, "name": "x"}],
"steps": [{"send": "email.savedConfiguration"}] })",
                   "folder/01-first.json");
  return one;
}

SuiteResult suite_of(ScenarioResult::State state) {
  ScenarioResult result;
  result.scenario = &scenario();
  result.state = state;
  result.duration = std::chrono::milliseconds(1234);
  if (state == ScenarioResult::State::failed) {
    Location where = scenario().where;
    where.offset = where.source->text.find("\"send\"");
    result.differences = {{where, "outcome", "\"mailed\"", "\"delivered\" \x1b]0;\xff"}};
    result.story = {"POST -> 200"};
  }
  result.error = "no <port>";
  SuiteResult suite;
  suite.failed = state == ScenarioResult::State::failed ? 1 : 0;
  suite.errors = state == ScenarioResult::State::error ? 1 : 0;
  suite.results = {result};
  return suite;
}

TEST(JunitReport, HoldsACaseWithItsFileAndTime) {
  const std::string xml = junit_xml(suite_of(ScenarioResult::State::passed));
  EXPECT_TRUE(well_formed(xml)) << xml;
  EXPECT_THAT(xml, HasSubstr(R"(tests="1" failures="0" errors="0" skipped="0")"));
  EXPECT_THAT(xml,
              HasSubstr(R"(name="a &lt;b&gt; &amp; &quot;c&quot; \x01 ü" classname="01-first")"));
  EXPECT_THAT(xml, HasSubstr(R"(file="folder/01-first.json" line="1" time="1.234"/>)"));
}

TEST(JunitReport, AFailureShowsItsDifferencesAndItsLine) {
  const std::string xml = junit_xml(suite_of(ScenarioResult::State::failed));
  EXPECT_TRUE(well_formed(xml)) << xml;
  EXPECT_THAT(xml, HasSubstr(R"(failures="1")"));
  EXPECT_THAT(xml, HasSubstr(R"(line="2")"));
  EXPECT_THAT(xml,
              HasSubstr("folder/01-first.json:2:12: outcome: expected &quot;mailed&quot;, got"));
  EXPECT_THAT(xml, HasSubstr("\\x1b]0;\xEF\xBF\xBD"));
  EXPECT_THAT(xml, HasSubstr("POST -&gt; 200"));
}

TEST(JunitReport, ErrorsAndInterruptsHaveElementsOfTheirOwn) {
  const std::string error = junit_xml(suite_of(ScenarioResult::State::error));
  EXPECT_TRUE(well_formed(error)) << error;
  EXPECT_THAT(error, HasSubstr(R"(<error message="no &lt;port&gt;"/>)"));
  const std::string interrupted = junit_xml(suite_of(ScenarioResult::State::interrupted));
  EXPECT_TRUE(well_formed(interrupted)) << interrupted;
  EXPECT_THAT(interrupted, HasSubstr(R"(skipped="1")"));
  EXPECT_THAT(interrupted, HasSubstr("<skipped"));
}

TEST(XmlEscape, ReplacesWhatXmlCannotHold) {
  EXPECT_EQ(xml_escape("\x01\x1f\x7f"), "\\x01\\x1f\\x7f");
  EXPECT_EQ(xml_escape("a\nb\t"), "a&#10;b&#9;");
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(xml_escape("\xff"), replaced);
  EXPECT_EQ(xml_escape("\xc0\xaf"), replaced + replaced) << "overlong";
  EXPECT_EQ(xml_escape("\xed\xa0\x80"), replaced + replaced + replaced) << "a surrogate";
  EXPECT_EQ(xml_escape("\xef\xbf\xbf"), replaced + replaced + replaced) << "no character";
  EXPECT_EQ(xml_escape("\xe2\x82"), replaced + replaced) << "cut";
  EXPECT_EQ(xml_escape("ü€😀"), "ü€😀");
}

class JunitFile : public testing::Test {
 protected:
  const TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(JunitFile, IsWrittenWholeAndReplacesAnEarlierOne) {
  const std::string path = (folder_ / "report.xml").string();
  std::ofstream(path) << "earlier";
  const SuiteResult suite = suite_of(ScenarioResult::State::passed);
  EXPECT_FALSE(check_report_path(path));
  EXPECT_FALSE(write_junit(suite, path));
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  EXPECT_EQ(written.str(), junit_xml(suite));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "nothing else is left there";
}

TEST_F(JunitFile, WhatCannotBeWrittenIsAnErrorAndLeavesNothing) {
  const SuiteResult suite = suite_of(ScenarioResult::State::passed);
  const auto nowhere = write_junit(suite, (folder_ / "no-such-folder/report.xml").string());
  ASSERT_TRUE(nowhere);
  EXPECT_EQ(nowhere->code, ErrorCode::unavailable);
  EXPECT_THAT(nowhere->message, HasSubstr("No such file or directory"));
  EXPECT_TRUE(check_report_path((folder_ / "no-such-folder/report.xml").string()));
  fs::create_directories(folder_ / "taken.xml/inside");
  EXPECT_TRUE(write_junit(suite, (folder_ / "taken.xml").string()));
  EXPECT_TRUE(check_report_path((folder_ / "taken.xml").string()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_F(JunitFile, ALinkStaysAndTheFileItLeadsToIsReplaced) {
  const SuiteResult suite = suite_of(ScenarioResult::State::passed);
  fs::create_directories(folder_ / "real");
  std::ofstream(folder_ / "real/report.xml") << "earlier";
  fs::permissions(folder_ / "real/report.xml", fs::perms(0640));
  fs::create_symlink("real/report.xml", folder_ / "first.xml");
  fs::create_symlink("first.xml", folder_ / "second.xml");
  fs::create_symlink("real/fresh.xml", folder_ / "dangling.xml");
  fs::create_symlink("round.xml", folder_ / "round.xml");
  for (const char* name : {"second.xml", "dangling.xml"}) {
    const std::string path = (folder_ / name).string();
    EXPECT_FALSE(check_report_path(path));
    EXPECT_FALSE(write_junit(suite, path));
    EXPECT_TRUE(fs::is_symlink(path));
  }
  EXPECT_EQ(content(folder_ / "real/report.xml"), junit_xml(suite));
  EXPECT_EQ(fs::status(folder_ / "real/report.xml").permissions(), fs::perms(0640));
  EXPECT_EQ(content(folder_ / "real/fresh.xml"), junit_xml(suite));
  EXPECT_TRUE(fs::is_symlink(folder_ / "first.xml"));
  EXPECT_TRUE(check_report_path((folder_ / "round.xml").string()));
  EXPECT_TRUE(write_junit(suite, (folder_ / "round.xml").string()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "real"), {}), 2);
}

TEST_F(JunitFile, AFifoIsWrittenIntoAlsoThroughALink) {
  const SuiteResult suite = suite_of(ScenarioResult::State::passed);
  const std::string fifo = (folder_ / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  fs::create_symlink("fifo", folder_ / "link");
  for (const char* name : {"fifo", "link"}) {
    const std::string path = (folder_ / name).string();
    // The report fits into the pipe: nobody has to read while it is written.
    const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    EXPECT_FALSE(check_report_path(path));
    EXPECT_FALSE(write_junit(suite, path));
    std::string text(65536, '\0');
    const ssize_t length = read(reader, text.data(), text.size());
    close(reader);
    ASSERT_GT(length, 0);
    text.resize(static_cast<std::size_t>(length));
    EXPECT_EQ(text, junit_xml(suite));
    EXPECT_TRUE(fs::is_fifo(fifo));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

TEST_F(JunitFile, OneThatMayNotBeWrittenIsAnErrorButForRoot) {
  const SuiteResult suite = suite_of(ScenarioResult::State::passed);
  const fs::path path = folder_ / "report.xml";
  std::ofstream(path) << "earlier";
  fs::permissions(path, fs::perms(0444));
  const bool root = geteuid() == 0;
  EXPECT_EQ(check_report_path(path.string()).has_value(), !root);
  EXPECT_EQ(write_junit(suite, path.string()).has_value(), !root);
  EXPECT_EQ(content(path), root ? junit_xml(suite) : "earlier");
}

TEST_F(JunitFile, ADashIsStdout) {
  const SuiteResult suite = suite_of(ScenarioResult::State::passed);
  EXPECT_FALSE(check_report_path("-"));
  const std::string path = (folder_ / "out").string();
  std::fflush(stdout);
  const int earlier = dup(STDOUT_FILENO);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  dup2(file, STDOUT_FILENO);
  const auto dash = write_junit(suite, "-");
  const auto by_name = write_junit(suite, path);  // stdout by its name: behind the rest, as well
  dup2(earlier, STDOUT_FILENO);
  close(file);
  close(earlier);
  EXPECT_FALSE(dash);
  EXPECT_FALSE(by_name);
  EXPECT_EQ(content(path), junit_xml(suite) + junit_xml(suite));
}

TEST_F(JunitFile, DestroysNothingBesideIt) {
  const fs::path other = folder_ / ("report.xml." + std::to_string(getpid()) + ".0.tmp");
  std::ofstream(other) << "mine";
  EXPECT_FALSE(
      write_junit(suite_of(ScenarioResult::State::passed), (folder_ / "report.xml").string()));
  EXPECT_EQ(content(other), "mine");
}

}  // namespace
}  // namespace roomle_sim
