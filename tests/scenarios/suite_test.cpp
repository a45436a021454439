#include "scenarios/suite.h"

#include <algorithm>
#include <barrier>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/scenario_text.h"
#include "tests/support/process.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using test::kSend;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;

std::vector<Scenario> scenarios(int count, const std::string& members = "") {
  std::vector<Scenario> list;
  for (int i = 0; i < count; ++i) {
    Result<Scenario> one =
        test::parse(scenario_text(kSend + R"(, {"expect": {"outcome": "delivered"}})", members));
    EXPECT_TRUE(one) << one.error().message;
    list.push_back(*std::move(one));
  }
  return list;
}

TEST(FindScenarioFiles, ALinkThatLeadsNowhereIsNoFile) {
  const TemporaryFolder folder;
  const std::string file = folder.file("a.json", R"({"steps": []})");
  fs::create_symlink("nobody@nowhere.1", fs::path(folder.path()) / ".#a.json");
  const auto found = find_scenario_files({folder.path()});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->scenarios, std::vector<std::string>{file});
}

TEST(FindScenarioFiles, GoesThroughFoldersAndSorts) {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  fs::create_directories(folder / "b");
  for (const char* name : {"c.json", "a.json", "b/x.json", "notes.txt"}) {
    std::ofstream(folder / name) << R"({"steps": []})";
  }
  const auto files = find_scenario_files({folder.string(), (folder / "a.json").string()});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_THAT(files->scenarios,
              testing::ElementsAre((folder / "a.json").string(), (folder / "b/x.json").string(),
                                   (folder / "c.json").string()));
}

TEST(FindScenarioFiles, PassesOverTheOtherJsonOfAFolder) {
  const TemporaryFolder folder;
  const std::string scenario = folder.file("scenario.json", test::scenario_text(kSend));
  const std::string tenants = folder.file("tenants.json", R"({"tenants": [], "credentials": []})");
  const std::string behavior = folder.file("behavior.json", R"({"sequence": [503]})");
  const std::string package = folder.file("package.json", R"({"name": "x", "version": "1"})");
  const std::string list = folder.file("zlist.json", "[1]");
  const std::string comments = folder.file("zz.json", "{ compilerOptions }");
  folder.file(".vscode/settings.json", test::scenario_text(kSend));
  folder.file("node_modules/x/fixture.json", test::scenario_text(kSend));
  folder.file(".hidden.json", test::scenario_text(kSend));
  const auto files = find_scenario_files({folder.path()});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_THAT(files->scenarios, testing::ElementsAre(scenario));
  std::vector<std::pair<std::string, FileKind>> others;
  for (const FoundFiles::Other& one : files->passed_over) others.emplace_back(one.path, one.kind);
  EXPECT_THAT(others, testing::ElementsAre(std::pair(behavior, FileKind::behavior),
                                           std::pair(package, FileKind::other),
                                           std::pair(tenants, FileKind::tenants),
                                           std::pair(list, FileKind::other),
                                           std::pair(comments, FileKind::no_json)));
}

TEST(FindScenarioFiles, KeepsWhatOnlyLacksSomething) {
  const TemporaryFolder folder;
  std::vector<std::string> wrong;
  for (const char* text : {R"({"step": [], "name": "n", "tenants": []})", R"({"steps": []})",
                           R"({"nane": "n", "tenants": [], "steps": []})",
                           R"({"name": "n", "tenantsFile": "t.json"})", R"({"steps": [)"}) {
    wrong.push_back(folder.file(std::to_string(wrong.size()) + ".json", text));
  }
  const auto files = find_scenario_files({folder.path()});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->scenarios, wrong);
  EXPECT_FALSE(load_scenarios(files->scenarios).ok());
}

TEST(FindScenarioFiles, AFileThatIsNamedIsNeverPassedOver) {
  const TemporaryFolder folder;
  const std::string tenants = folder.file("tenants.json", R"({"tenants": []})");
  const std::string behavior = folder.file("behavior.json", R"({"sequence": [503]})");
  const auto files = find_scenario_files({tenants, behavior});
  ASSERT_TRUE(files) << files.error().message;
  const auto loaded = load_scenarios(files->scenarios);
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().message,
              AllOf(HasSubstr(tenants + ":1:1: this looks like a tenants file"),
                    HasSubstr("= roomle-sim tenants check FILE"),
                    HasSubstr(behavior + ":1:1: this looks like an endpoint's behaviour"),
                    HasSubstr("= roomle-sim endpoint --behavior FILE")));
}

TEST(FindScenarioFiles, AFolderOfOtherJsonAloneTellsWhatItFound) {
  const TemporaryFolder folder;
  const std::string tenants = folder.file("tenants.json", R"({"tenants": []})");
  const auto files = find_scenario_files({folder.path()});
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(files.error().message,
              AllOf(HasSubstr("this folder has no scenarios"),
                    HasSubstr("\n  " + tenants + ": this looks like a tenants file")));
}

TEST(FindScenarioFiles, TellsAllMistakesTogether) {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  const auto files = find_scenario_files({folder.string(), "/nowhere.json"});
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(files.error().message, AllOf(HasSubstr("this folder has no scenarios"),
                                           HasSubstr("/nowhere.json: there is no")));
}

TEST(LoadScenarios, TellsTheMistakesOfAllBadFilesTogether) {
  const std::string bad = std::string(FIXTURES_DIR) + "/bad-scenarios";
  const auto files = find_scenario_files({bad});
  ASSERT_TRUE(files);
  const auto loaded = load_scenarios(files->scenarios);
  ASSERT_FALSE(loaded.ok());
  for (const std::string& file : files->scenarios)
    EXPECT_THAT(loaded.error().message, HasSubstr(file + ":"));
}

TEST(Suite, RunsScenariosSideBySide) {
  // Each answer waits until all four requests are there: one after the other they would never end.
  std::barrier all_there(4);
  RawServer endpoint([&](RawConnection& connection) {
    connection.read_request();
    all_there.arrive_and_wait();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  SuiteOptions options;
  options.jobs = 4;
  options.run.external_endpoint = endpoint.url();
  const std::vector<Scenario> list = scenarios(4);
  const SuiteResult suite = run_suite(list, options, {});
  EXPECT_EQ(suite.passed, 4);
}

TEST(Suite, KeepsTheResultsInTheOrderOfTheFiles) {
  const std::vector<Scenario> list = scenarios(20);
  SuiteOptions options;
  options.jobs = 8;
  int told = 0;
  const SuiteResult suite = run_suite(list, options, {}, [&](const ScenarioResult&) { ++told; });
  EXPECT_EQ(suite.passed, 20);
  EXPECT_EQ(told, 20);
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(suite.results[i].scenario, &list[i]);
}

// The indices of the scenarios, in the order in which they begin.
std::vector<std::ptrdiff_t> order_of_beginning(const std::vector<Scenario>& list,
                                               SuiteOptions options) {
  std::vector<std::ptrdiff_t> order;
  options.jobs = 1;
  options.run.time = TimeMode::virt;
  options.on_begin = [&](const Scenario& one) { order.push_back(&one - list.data()); };
  const SuiteResult suite = run_suite(list, options, {});
  EXPECT_EQ(suite.passed, static_cast<int>(list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(suite.results[i].scenario, &list[i]);
  return order;
}

TEST(Suite, ShufflesByASeedAndKeepsTheResultsInTheOrderOfTheFiles) {
  const std::vector<Scenario> list = scenarios(20);
  SuiteOptions options;
  std::vector<std::ptrdiff_t> sorted = order_of_beginning(list, options);
  EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
  options.shuffle = 7;
  const std::vector<std::ptrdiff_t> seven = order_of_beginning(list, options);
  EXPECT_EQ(order_of_beginning(list, options), seven);
  EXPECT_THAT(seven, testing::UnorderedElementsAreArray(sorted));
  EXPECT_NE(seven, sorted);
  options.shuffle = 8;
  EXPECT_NE(order_of_beginning(list, options), seven);
}

TEST(Suite, FailFastBeginsNoMore) {
  const std::vector<Scenario> list = scenarios(5, R"("endpoint": {"sequence": [500]}, )");
  SuiteOptions options;
  options.jobs = 1;
  options.fail_fast = true;
  const SuiteResult suite = run_suite(list, options, {});
  EXPECT_EQ(suite.failed, 1);
  EXPECT_EQ(suite.not_run, 4);
}

TEST(Suite, AnInterruptEndsWhatRunsAndBeginsNoMore) {
  std::stop_source stop;
  RawServer hanging([&](RawConnection& connection) {
    connection.read_request();
    stop.request_stop();
    connection.wait_for_close();
  });
  SuiteOptions options;
  options.jobs = 1;
  options.run.external_endpoint = hanging.url();
  const std::vector<Scenario> list = scenarios(3, R"("timeout": "1h", )");
  const SuiteResult suite = run_suite(list, options, stop.get_token());
  EXPECT_EQ(suite.not_run, 3);
  EXPECT_EQ(suite.results.size(), 1U);
}

}  // namespace
}  // namespace roomle_sim
