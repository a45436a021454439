// Every scenario under fixtures/ must pass, and every published event must be right.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/json_text.h"
#include "scenarios/suite.h"
#include "sender/catalogue.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

const std::string kFixtures = FIXTURES_DIR;

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFixtures + folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class FixtureScenario : public testing::TestWithParam<std::string> {};

TEST_P(FixtureScenario, Passes) {
  const Result<std::vector<Scenario>> scenarios = load_scenario_file(GetParam());
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  for (const Scenario& scenario : *scenarios) {
    const ScenarioResult result = run_scenario(scenario, {});
    EXPECT_EQ(result.state, ScenarioResult::State::passed)
        << scenario.name << "\n"
        << test::differences_of(result) << result.error;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FixtureScenario, testing::ValuesIn(files_in("/scenarios")),
                         test_name);

class FixtureEvent : public testing::TestWithParam<std::string> {};

TEST_P(FixtureEvent, IsByTheCatalogue) {
  const std::string body = content_of(GetParam());
  EXPECT_EQ(check_body(body), std::vector<std::string>{});
  // The example that make_event() begins with is the published one; its url names another
  // configuratorId than its member does, so that it is given.
  const auto json = json_from(body);
  const auto event =
      make_event(fs::path(GetParam()).stem().string(), {{"url", json["data"]["url"]}});
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event_body(*event), json_text(json));
}

INSTANTIATE_TEST_SUITE_P(All, FixtureEvent, testing::ValuesIn(files_in("/events")), test_name);

TEST(Fixtures, AreThere) {
  EXPECT_GE(files_in("/scenarios").size(), 24U);
  EXPECT_EQ(files_in("/events").size(), event_types().size());
}

}  // namespace
}  // namespace roomle_sim
