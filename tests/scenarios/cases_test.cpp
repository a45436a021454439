// Tables of cases, repeats and includes: what the reader is given in their place.
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/scenario_text.h"
#include "tests/support/process.h"

namespace roomle_sim {
namespace {

using test::kSend;
using test::parse_all;
using test::scenario_text;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> names_of(const Result<std::vector<Scenario>>& scenarios) {
  if (!scenarios) return {scenarios.error().message};
  std::vector<std::string> names;
  for (const Scenario& one : *scenarios) names.push_back(one.name);
  return names;
}

std::vector<std::string> emails_of(const Result<std::vector<Scenario>>& scenarios) {
  if (!scenarios) return {scenarios.error().message};
  std::vector<std::string> emails;
  for (const Scenario& one : *scenarios) {
    for (const ScenarioStep& step : one.steps) {
      if (const auto* send = std::get_if<SendStep>(&step)) emails.push_back(send->event.email());
    }
  }
  return emails;
}

std::string send_to(const std::string& email) {
  return R"({"send": "email.savedConfiguration", "data": {"email": ")" + email + "\"}}";
}

std::string mistakes_of_cases(const std::string& text) {
  const auto scenarios = parse_all(text);
  return scenarios ? "none" : scenarios.error().message;
}

TEST(Cases, EachRowIsAScenarioWithItsValues) {
  const auto scenarios = parse_all(scenario_text(send_to("${who}"), R"("cases": [
 {"name": "first", "who": "a@example.com"},
 {"who": "b@example.com", "n": 1}],
 "endpoint": {"sequence": [503]}, )"));
  EXPECT_THAT(names_of(scenarios), ElementsAre("test [first]", "test [who=b@example.com, n=1]"));
  EXPECT_THAT(emails_of(scenarios), ElementsAre("a@example.com", "b@example.com"));
  EXPECT_EQ(describe(scenarios->at(1).where), "test.json:5:2");
}

TEST(Cases, ATableHasColumnsAndRows) {
  const auto scenarios = parse_all(scenario_text(
      send_to("${who}"),
      R"("cases": {"columns": ["name", "who"], "rows": [["x", "a@example.com"], ["y", "b@example.com"]]}, )"));
  EXPECT_THAT(names_of(scenarios), ElementsAre("test [x]", "test [y]"));
  EXPECT_THAT(emails_of(scenarios), ElementsAre("a@example.com", "b@example.com"));
}

TEST(Cases, ANameWithTheRowsValuesSaysEnough) {
  const auto scenarios =
      parse_all(R"({"name": "status ${status}", "tenants": [{"id": 1, "name": "a"}],
 "cases": [{"status": 200}, {"status": 503}], "endpoint": {"sequence": ["${status}"]},
 "steps": [)" + kSend +
                "]}");
  EXPECT_THAT(names_of(scenarios), ElementsAre("status 200", "status 503"));
}

std::string named(const std::string& name, const std::string& members) {
  return R"({"name": ")" + name + R"(", "tenants": [{"id": 1, "name": "a"}], )" + members +
         ", \"steps\": [" + kSend + "]}";
}

TEST(Cases, ANameWithoutTheRowsValuesDoesNotSayEnough) {
  LoadOptions options;
  options.variables.push_back(*read_given_variable("shop=acme"));
  const std::string rows = R"("cases": [{"status": 200}, {"status": 503}])";
  EXPECT_THAT(names_of(parse_all(named("at ${shop}", rows), options)),
              ElementsAre("at acme [status=200]", "at acme [status=503]"));
  EXPECT_THAT(names_of(parse_all(named(
                  "at ${place}", R"("cases": [{"place": "a", "n": 1}, {"place": "a", "n": 2}])"))),
              ElementsAre("at a [place=a, n=1]", "at a [place=a, n=2]"));
}

TEST(Cases, WhatSpeaksOfASecretIsInNoLabel) {
  EXPECT_THAT(names_of(parse_all(named("shop", R"("cases": [
 {"st": 200, "shop_password": "HUSH1", "of": {"secret": "HUSH2", "id": 1}},
 {"st": 503, "shop_password": "HUSH3", "of": {}}])"))),
              ElementsAre(R"(shop [st=200, of={"id":1}])", "shop [st=503, of={}]"));
  // Where nothing else tells them apart, their numbers do.
  EXPECT_THAT(names_of(parse_all(named("shop", R"("cases": [
 {"st": 200, "db_pwd": "HUSH1"}, {"st": 200, "db_pwd": "HUSH2"}, {"st": 503, "db_pwd": "HUSH2"}])"))),
              ElementsAre("shop [st=200, case 1]", "shop [st=200, case 2]", "shop [st=503]"));
  EXPECT_THAT(
      names_of(parse_all(named("shop", R"("cases": [{"secret": "HUSH1"}, {"secret": "HUSH2"}])"))),
      ElementsAre("shop [case 1]", "shop [case 2]"));
}

TEST(Cases, SecretsAreMaskedInNames) {
  EXPECT_THAT(names_of(parse_all(
                  named("as ${shop_password}",
                        R"("cases": [{"shop_password": "HUSH1"}, {"shop_password": "HUSH2"}])"))),
              ElementsAre("as ****** [case 1]", "as ****** [case 2]"));
  EXPECT_THAT(
      names_of(parse_all(named(
          "as ${shop_password}",
          R"("cases": [{"shop_password": "HUSH1", "who": "HUSH1"}, {"shop_password": "HUSH2", "who": "HUSH2"}])"))),
      ElementsAre("as ****** [who=******] [case 1]", "as ****** [who=******] [case 2]"));
  LoadOptions options;
  options.sources.environment = [](const std::string& name) {
    return name == "MY_PASSWORD" ? std::optional<std::string>("HUSH-HUSH") : std::nullopt;
  };
  EXPECT_THAT(names_of(parse_all(named("x ${env.MY_PASSWORD}", R"("seed": 1)"), options)),
              ElementsAre("x ******"));
}

TEST(Cases, NoMistakeShowsWhatSpeaksOfASecret) {
  const std::string said = mistakes_of_cases(scenario_text(
      send_to("${whom}"),
      R"("cases": [{"who": "x", "shop_password": "HUSH1"}, {"who": "y", "shop_password": "HUSH2"}], )"));
  EXPECT_THAT(said, HasSubstr("(in the case 'who=x')"));
  const std::string twice = mistakes_of_cases(scenario_text(
      kSend, R"("cases": [{"shop_password": "HUSH1"}, {"shop_password": "HUSH1"}], )"));
  EXPECT_THAT(twice, HasSubstr("two cases have the same values"));
  const std::string table = mistakes_of_cases(scenario_text(
      kSend,
      R"("cases": {"columns": ["n", "shop_password"], "rows": [[1, "HUSH1"], [1, "HUSH1"], [1]]}, )"));
  EXPECT_THAT(table, HasSubstr("two cases are called"));
  EXPECT_THAT(said + twice + table, Not(HasSubstr("HUSH")));
}

TEST(Cases, NoMistakeInATableShowsASecretOfIt) {
  for (const char* table :
       {R"({"columns":["secret","secret"],"rows":[["HUSH1","x"]]})",
        R"({"columns":["secret","env"],"rows":[["HUSH1","x"]]})",
        R"({"columns":["n","secret"],"rows":[["HUSH1" "x"]]})",
        R"({"columns":["n","secret"],"rows":[["HUSH1"],[1,["HUSH2"],2],"HUSH3",{"a":"HUSH4"}]})",
        R"({"columns":["secret"],"rows":{"a":"HUSH1"}})",
        R"({"columns":"secret","rows":["HUSH1"]})"}) {
    const std::string said =
        mistakes_of_cases(scenario_text(kSend, R"("cases": )" + std::string(table) + ", "));
    EXPECT_THAT(said, AllOf(HasSubstr("test.json:3:"), Not(HasSubstr("HUSH")))) << table;
  }
}

TEST(Cases, ALongRowIsCalledByItsNumber) {
  const std::string text(100, 'x');
  const auto scenarios = parse_all(scenario_text(
      kSend, R"("cases": [{"text": ")" + text + R"("}, {"text": ")" + text + "\"}], "));
  EXPECT_THAT(names_of(scenarios), ElementsAre("test [case 1]", "test [case 2]"));
}

TEST(Cases, ARowCountsBeforeWhatComesFromOutsideAndFromTheFile) {
  LoadOptions options;
  options.variables.push_back(*read_given_variable("who=flag@example.com"));
  const auto scenarios =
      parse_all(scenario_text(send_to("${who}"), R"("variables": {"who": "file@example.com"},
 "cases": [{"name": "1", "who": "row@example.com"}, {"name": "2"}], )"),
                options);
  EXPECT_THAT(emails_of(scenarios), ElementsAre("row@example.com", "flag@example.com"));
  EXPECT_EQ(scenarios->at(1).given_used, std::set<std::string>{"who"});
}

TEST(Cases, EachDrawsItsOwnCustomers) {
  const auto emails = emails_of(
      parse_all(scenario_text(send_to("${gen.email}"), R"("cases": [{"n": 1}, {"n": 2}], )")));
  ASSERT_EQ(emails.size(), 2U);
  EXPECT_NE(emails[0], emails[1]);
}

TEST(Cases, AMistakeOfAllRowsIsToldOnceWithTheFirst) {
  const std::string said = mistakes_of_cases(scenario_text(
      send_to("${whom}"), R"("cases": [{"who": "a"}, {"who": "b"}, {"who": "c"}], )"));
  EXPECT_THAT(said, HasSubstr("there is no variable 'whom' (did you mean 'who'?)"));
  EXPECT_THAT(said, HasSubstr("(in the case 'who=a')"));
  EXPECT_THAT(said, Not(HasSubstr("who=b")));
}

TEST(Cases, AScenarioThatIsWantedAloneHasNone) {
  EXPECT_THAT(
      test::parse(scenario_text(kSend, R"("cases": [{"n": 1}, {"n": 2}], )")).error().message,
      HasSubstr("there are 2 cases"));
}

TEST(Repeat, StandsForItsStepsSoManyTimes) {
  EXPECT_THAT(emails_of(parse_all(scenario_text(R"({"repeat": 3, "as": "n", "steps": [)" +
                                                send_to("${n}-${index}@x.example") + "]}"))),
              ElementsAre("1-1@x.example", "2-2@x.example", "3-3@x.example"));
}

TEST(Repeat, GoesThroughAListAndCanBeNested) {
  EXPECT_THAT(emails_of(parse_all(scenario_text(
                  R"({"repeat": [{"m": "a"}, {"m": "b"}], "as": "who", "steps": [
 {"repeat": "${times}", "variables": {"host": "${index}.example"}, "steps": [)" +
                      send_to("${who.m}@${host}") + "]}]}",
                  R"("variables": {"times": 2}, )"))),
              ElementsAre("a@1.example", "a@2.example", "b@1.example", "b@2.example"));
}

TEST(Repeat, DrawsAnewInEachRound) {
  const auto emails = emails_of(
      parse_all(scenario_text(R"({"repeat": 2, "variables": {"who": "${gen.email}"}, "steps": [)" +
                              send_to("${who}") + "," + send_to("${who}") + "]}")));
  ASSERT_EQ(emails.size(), 4U);
  EXPECT_EQ(emails[0], emails[1]);
  EXPECT_EQ(emails[2], emails[3]);
  EXPECT_NE(emails[0], emails[2]);
}

TEST(Repeat, TooManyStepsAreRefused) {
  EXPECT_THAT(mistakes_of_cases(scenario_text(
                  R"({"repeat": 9999, "steps": [{"repeat": 9999, "steps": [)" + kSend + "]}]}")),
              HasSubstr("there are more than 10000 steps"));
}

class Include : public testing::Test {
 protected:
  Result<std::vector<Scenario>> load(const std::string& text) {
    return load_scenario_file(folder_.file("main.json", text));
  }
  std::string mistakes(const std::string& text) {
    const auto scenarios = load(text);
    return scenarios ? "none" : scenarios.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(Include, MembersComeFromFilesAndTheScenariosOwnCountFirst) {
  folder_.file("sub/base.json", R"({"timeout": "1s", "seed": 5, "tags": ["base"],
 "variables": {"a": "base", "b": "base", "c": "base"}, "tenants": [{"id": 1, "name": "one"}]})");
  folder_.file(
      "sub/more.json",
      R"({"include": "base.json", "timeout": "2s", "variables": {"b": "more", "c": "more"}})");
  const auto scenarios = load(R"({"name": "n", "include": ["sub/more.json"], "tags": ["own"],
 "variables": {"c": "own"}, "steps": [)" +
                              send_to("${a}.${b}.${c}@x.example") + "]}");
  EXPECT_THAT(emails_of(scenarios), ElementsAre("base.more.own@x.example"));
  const Scenario& scenario = scenarios->front();
  EXPECT_EQ(scenario.timeout, std::chrono::seconds(2));
  EXPECT_EQ(scenario.seed, 5U);
  EXPECT_THAT(scenario.tags, ElementsAre("base", "own"));
  EXPECT_EQ(scenario.path, folder_.path() + "/main.json");
}

TEST_F(Include, AMistakeInAnIncludedFileIsToldThere) {
  folder_.file("base.json", "{\"tenants\": [{\"id\": 0, \"name\": \"one\"}],\n \"endpiont\": {}}");
  EXPECT_THAT(mistakes(R"({"name": "n", "include": "base.json", "steps": [)" + kSend + "]}"),
              AllOf(HasSubstr("base.json:1:21: 0 is out of range"),
                    HasSubstr("base.json:2:2: a scenario has no member 'endpiont'")));
}

TEST_F(Include, StepsComeWithVariablesOfTheirOwn) {
  folder_.file("steps/all.json", R"([{"include": "one.json", "variables": {"host": "${at}"}}])");
  folder_.file("steps/one.json", "[" + send_to("${who}@${host}.example") + "]");
  EXPECT_THAT(emails_of(load(R"({"name": "n", "tenants": [{"id": 1, "name": "one"}],
 "variables": {"who": "anna"}, "steps": [
 {"include": "steps/all.json", "variables": {"at": "x"}},
 {"include": "steps/all.json", "variables": {"at": "y", "who": "bob"}}]})")),
              ElementsAre("anna@x.example", "bob@y.example"));
}

TEST_F(Include, WhatIncludesItselfIsRefused) {
  folder_.file("a.json", R"({"include": "b.json"})");
  folder_.file("b.json", R"({"include": "./a.json"})");
  folder_.file("steps.json", R"([{"include": "steps.json"}])");
  EXPECT_THAT(
      mistakes(R"({"name": "n", "include": "a.json",
 "steps": [{"include": "steps.json"}]})"),
      AllOf(HasSubstr("b.json:1:13: '"), HasSubstr("a.json' is included by itself"),
            HasSubstr("steps.json:1:14: '"), HasSubstr("steps.json' is included by itself")));
}

// So that whoever parses what others wrote decides what it may look at.
TEST(IncludeFromElsewhere, FilesComeFromTheSourcesThatAreGiven) {
  const std::map<std::string, std::string> files{
      {"folder/shared.json", R"({"timeout": "3s", "tenantsFile": "-"})"},
      {"folder/-", R"({"tenants": [{"id": 7, "name": "seven"}]})"},
      {"folder/steps.json", "[" + send_to("a@example.com") + "]"}};
  LoadOptions options;
  options.sources.file = [&](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return Error{ErrorCode::bad_input, path + ": not here"};
    return found->second;
  };
  const auto text = [](const std::string& steps) {
    return R"({"name": "n", "include": "shared.json", "steps": [{"include": ")" + steps + R"("}]})";
  };
  const auto scenarios = parse_all(text("steps.json"), options, "folder/a.json");
  EXPECT_THAT(emails_of(scenarios), ElementsAre("a@example.com"));
  ASSERT_TRUE(scenarios);
  EXPECT_NE(scenarios->front().registry.find(7), nullptr);
  const auto missing = parse_all(text("more.json"), options, "folder/a.json");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("folder/more.json: not here"));
}

// Ten levels, each of which includes the next one ten times.
TEST_F(Include, TooManyFilesAreRefused) {
  std::string members = "{\"include\": [";
  std::string steps = "[";
  for (int i = 0; i < 10; ++i) {
    members += std::string(i == 0 ? "" : ", ") + "\"m%.json\"";
    steps += std::string(i == 0 ? "" : ", ") + "{\"include\": \"s%.json\"}";
  }
  const auto write = [&](std::string text, const std::string& name, int next) {
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%')) {
      text.replace(at, 1, std::to_string(next));
    }
    folder_.file(name + std::to_string(next - 1) + ".json", text);
  };
  for (int level = 0; level < 10; ++level) {
    write(members + "]}", "m", level + 1);
    write(steps + "]", "s", level + 1);
  }
  folder_.file("m10.json", "{}");
  folder_.file("s10.json", "[]");
  EXPECT_THAT(mistakes(R"({"name": "n", "include": "m0.json", "steps": [{"include": "s0.json"}]})"),
              AllOf(HasSubstr("more than 100 files"), HasSubstr("more than 1000 includes")));
}

}  // namespace
}  // namespace roomle_sim
