#include "scenarios/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using nlohmann::json;

Matcher matcher(const std::string& text, ValueKind kind = ValueKind::any) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const SourceText>(SourceText{"matcher", text});
  const std::optional<JsonNode> node = parse_json(source, diagnostics);
  std::optional<Matcher> read = read_matcher(node.value(), diagnostics, kind);
  EXPECT_TRUE(read) << diagnostics.render();
  return read.value_or(Matcher{});
}

std::string mistake(const std::string& text, ValueKind kind = ValueKind::any) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const SourceText>(SourceText{"matcher", text});
  const std::optional<JsonNode> node = parse_json(source, diagnostics);
  EXPECT_FALSE(read_matcher(node.value(), diagnostics, kind));
  return diagnostics.render();
}

bool holds(const std::string& text, const json& actual) {
  return matcher(text).holds(&actual);
}
bool holds_for_nothing(const std::string& text) {
  return matcher(text).holds(nullptr);
}

TEST(Matcher, APlainValueIsEqual) {
  EXPECT_TRUE(holds(R"("mailed")", "mailed"));
  EXPECT_FALSE(holds(R"("mailed")", "delivered"));
  EXPECT_TRUE(holds("1", 1));
  EXPECT_FALSE(holds("1", "1"));
  EXPECT_TRUE(holds("null", nullptr));
  EXPECT_FALSE(holds_for_nothing("null"));
  EXPECT_TRUE(holds(R"({"equals": {"b": 1, "a": 2}})", json{{"a", 2}, {"b", 1}}));
}

TEST(Matcher, AListIsComparedItemByItem) {
  EXPECT_TRUE(holds(R"(["timeout", {"contains": "503"}])", json{"timeout", "status 503"}));
  EXPECT_FALSE(holds(R"(["timeout"])", json{"timeout", "timeout"}));
  EXPECT_TRUE(holds("[]", json::array()));
  EXPECT_FALSE(holds("[]", "text"));
}

TEST(Matcher, ContainsLooksIntoTextsAndLists) {
  EXPECT_TRUE(holds(R"({"contains": "sofa"})", "a sofa here"));
  EXPECT_TRUE(holds(R"({"contains": ["a", "here"]})", "a sofa here"));
  EXPECT_FALSE(holds(R"({"contains": ["a", "there"]})", "a sofa here"));
  EXPECT_TRUE(holds(R"({"contains": 5})", json{4, 5}));
  EXPECT_FALSE(holds(R"({"contains": "5"})", 5));
}

TEST(Matcher, APatternIsSearched) {
  EXPECT_TRUE(holds(R"({"matches": "^0[12]-"})", "01-abc"));
  EXPECT_FALSE(holds(R"({"matches": "^0[12]-"})", "03-abc"));
  EXPECT_FALSE(holds(R"({"matches": "1"})", 1)) << "a number is no text";
}

// With a pattern that goes back over what it read, either would take longer than anybody waits.
TEST(Matcher, NoTextHoldsUpAPattern) {
  EXPECT_FALSE(holds(R"x({"matches": "^(a+)+$"})x", std::string(100'000, 'a') + "b"));
  EXPECT_TRUE(holds(R"x({"matches": "^(a|aa)+b$"})x", std::string(1'000'000, 'a') + "b"));
}

TEST(Matcher, APatternThatCannotBeReadIsAMistakeWithItsReason) {
  EXPECT_THAT(mistake(R"x({"matches": "a)b"})x"), testing::HasSubstr("unexpected ): a)b"));
  EXPECT_THAT(mistake(R"x({"matches": "(?=a)"})x"),
              testing::HasSubstr("invalid perl operator: (?="));
}

TEST(Matcher, TellsWhetherAValueIsThere) {
  EXPECT_TRUE(holds_for_nothing(R"({"exists": false})"));
  EXPECT_FALSE(holds(R"({"exists": false})", nullptr));
  EXPECT_TRUE(holds(R"({"exists": true})", 0));
}

TEST(Matcher, NotTurnsAMatcherRound) {
  EXPECT_TRUE(holds(R"({"not": {"contains": "x"}})", "abc"));
  EXPECT_FALSE(holds(R"({"not": "abc"})", "abc"));
  EXPECT_TRUE(holds_for_nothing(R"({"not": "abc"})"));
}

TEST(Matcher, SeveralMembersMustAllHold) {
  EXPECT_TRUE(holds(R"({"atLeast": 1, "atMost": 3})", 2));
  EXPECT_FALSE(holds(R"({"atLeast": 1, "atMost": 3})", 4));
  EXPECT_FALSE(holds(R"({"atLeast": 1})", "2"));
}

TEST(Matcher, SaysWhatItExpects) {
  EXPECT_EQ(describe(matcher(R"({"not": {"contains": "x"}})")),
            R"(not something that contains "x")");
  EXPECT_EQ(describe(matcher(R"(["a", {"matches": "b+"}])")), R"(["a", a text that matches /b+/])");
  EXPECT_EQ(describe(matcher(R"({"atLeast": 1, "atMost": 3})")), "at least 1 and at most 3");
  EXPECT_EQ(describe_value(nullptr), "nothing");
  const json long_text = std::string(20'000, 'x');
  EXPECT_THAT(describe_value(&long_text), testing::EndsWith("… (20002 bytes in all)"));
}

TEST(Matcher, RefusesWhatCanNeverHold) {
  EXPECT_THAT(mistake("5", ValueKind::text), testing::HasSubstr("a number stands where a string"));
  EXPECT_THAT(mistake(R"({"not": 5})", ValueKind::text), testing::HasSubstr("matcher:1:9: "));
  EXPECT_THAT(mistake(R"({"contians": "x"})"), testing::HasSubstr("did you mean 'contains'?"));
  EXPECT_THAT(mistake("{}"), testing::HasSubstr("expects nothing"));
  EXPECT_THAT(mistake(R"({"matches": "("})"), testing::HasSubstr("no regular expression"));
}

}  // namespace
}  // namespace roomle_sim
