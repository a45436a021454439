#include "scenarios/report_junit.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/report_text.h"
#include "tests/scenarios/scenario_text.h"

namespace roomle_sim {
namespace {

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

}  // namespace
}  // namespace roomle_sim
