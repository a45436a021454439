#include "scenarios/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/selection.h"
#include "tests/scenarios/scenario_text.h"

namespace roomle_sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Scenario scenario(const std::string& name, const std::vector<std::string>& tags,
                  const std::string& path = "a.json") {
  Scenario one;
  one.name = name;
  one.tags = tags;
  one.path = path;
  return one;
}

bool matches(const std::string& filter, const Scenario& one) {
  const auto parsed = Filter::parse(filter);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed && parsed->matches(one);
}

TEST(Filter, WordsAreTags) {
  const Scenario one = scenario("n", {"retry", "slow one"});
  EXPECT_TRUE(matches("retry", one));
  EXPECT_FALSE(matches("retr", one));
  EXPECT_TRUE(matches("\"slow one\"", one));
}

TEST(Filter, NotBindsBeforeAndAndAndBeforeOr) {
  const Scenario a = scenario("n", {"a"});
  const Scenario ab = scenario("n", {"a", "b"});
  EXPECT_TRUE(matches("a and not b", a));
  EXPECT_FALSE(matches("a and not b", ab));
  EXPECT_TRUE(matches("a or b and c", a));
  EXPECT_FALSE(matches("(a or b) and c", a));
  EXPECT_TRUE(matches("not not a", a));
  EXPECT_FALSE(matches("not(a)", a));
  EXPECT_TRUE(matches("  ( a )and( b or c )", ab));
}

TEST(Filter, NamesAndFilesAreFoundByAPart) {
  const Scenario one = scenario("Endpoint down: the customer", {}, "ci/down.json");
  EXPECT_TRUE(matches("name:\"endpoint DOWN\"", one));
  EXPECT_TRUE(matches("file:ci/ and name:customer", one));
  EXPECT_FALSE(matches("name:up", one));
}

TEST(Filter, SaysWhereItIsWrong) {
  const auto mistake = [](const std::string& text) {
    const auto filter = Filter::parse(text);
    return filter ? "none" : filter.error().message;
  };
  EXPECT_THAT(mistake(""), HasSubstr("column 1: a tag is expected"));
  EXPECT_THAT(mistake("a and"), HasSubstr("column 6: a tag is expected"));
  EXPECT_THAT(mistake("a b"), HasSubstr("column 3: 'and' or 'or' is expected"));
  EXPECT_THAT(mistake("(a"), HasSubstr("column 3: ')' is expected"));
  EXPECT_THAT(mistake("a)"), HasSubstr("column 2: 'and' or 'or' is expected"));
  EXPECT_THAT(mistake("name:"), HasSubstr("column 6: a text is expected"));
  EXPECT_THAT(mistake("\"a"), HasSubstr("column 1: the quote is not closed"));
  EXPECT_THAT(mistake(std::string(10'000, '(')), HasSubstr("more than 100 deep"));
  EXPECT_THAT(mistake("not or"), HasSubstr("column 5: a tag is expected"));
}

TEST(Selection, AllFiltersMustHold) {
  const auto selection =
      select_scenarios({scenario("1", {"a"}), scenario("2", {"a", "b"}), scenario("3", {})},
                       {*Filter::parse("a"), *Filter::parse("b")});
  ASSERT_TRUE(selection) << selection.error().message;
  ASSERT_EQ(selection->scenarios.size(), 1U);
  EXPECT_EQ(selection->scenarios[0].name, "2");
  EXPECT_THAT(selection->warnings, IsEmpty());
}

TEST(Selection, ATagThatNobodyHasIsTold) {
  const auto selection =
      select_scenarios({scenario("1", {"retry"})}, {*Filter::parse("retry or rtery")});
  ASSERT_TRUE(selection) << selection.error().message;
  EXPECT_THAT(selection->warnings,
              ElementsAre("--filter: no scenario has the tag 'rtery' (did you mean 'retry'?)"));
}

TEST(Selection, ATagThatLooksLikeAPrefixIsToldWithThePrefixes) {
  const auto warned = [](const std::string& filter) {
    const auto selection = select_scenarios({scenario("1", {"area:mail"})},
                                            {*Filter::parse("area:mail or " + filter)});
    return selection ? selection->warnings.at(0) : selection.error().message;
  };
  EXPECT_EQ(warned("nam:x"),
            "--filter: no scenario has the tag 'nam:x'; there are name:, file: and is: "
            "(did you mean 'name:x'?)");
  EXPECT_EQ(warned("zzzzzz:x"),
            "--filter: no scenario has the tag 'zzzzzz:x'; there are name:, file: and is:");
  EXPECT_EQ(warned("area:mial"),
            "--filter: no scenario has the tag 'area:mial' (did you mean 'area:mail'?)");
}

TEST(Selection, NoneAtAllIsAMistake) {
  const auto none = select_scenarios({scenario("1", {"retry"})}, {*Filter::parse("slow")});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::usage);
  EXPECT_THAT(none.error().message, HasSubstr("the tags are: retry"));
}

TEST(Selection, AVariableThatNobodyUsesIsTold) {
  Scenario one = scenario("1", {});
  one.given_used = {"a"};
  std::vector<Scenario> scenarios;
  scenarios.push_back(std::move(one));
  EXPECT_THAT(
      unused_variables(scenarios, {*read_given_variable("a=1"), *read_given_variable("b=1")}),
      ElementsAre("--variable: no scenario refers to '${b}'"));
}

TEST(Selection, AVariableThatCasesOrStepsGiveThemselvesIsNotSaidToBeUnused) {
  const std::string file = R"({"name": "${a} ${b} ${c} ${d}", "variables": {"a": 1, "b": 1, "c": 1},
"cases": [{"b": 2}], "tenants": [{"id": 1, "name": "acme"}], "steps": [
{"repeat": 1, "variables": {"c": "3"}, "steps": [
{"send": "email.savedConfiguration", "as": "${c}"}]}]})";
  LoadOptions options;
  for (const char* name : {"a", "b", "d", "e"}) {
    options.variables.push_back(*read_given_variable(std::string(name) + "=x"));
  }
  const auto scenarios = test::parse_all(file, options);
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  EXPECT_THAT(unused_variables(*scenarios, options.variables),
              ElementsAre("--variable: where a scenario refers to '${b}', its own cases or steps "
                          "give it, and count first",
                          "--variable: no scenario refers to '${e}'"));
}

}  // namespace
}  // namespace roomle_sim
