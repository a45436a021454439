// Where steps or members are missing for a mistake, that one is told, and none that only follows.
#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/suite.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/process.h"

namespace roomle_sim {
namespace {

using test::kSend;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Gaps : public testing::Test {
 protected:
  // The messages alone, without the lines that they stand in.
  std::string told(const std::string& text) {
    const std::string path = folder_.file("main.json", text);
    const auto scenarios = load_scenarios({path});
    return scenarios ? "nothing" : messages_of(scenarios.error().message);
  }
  std::string messages_of(const std::string& message) const {
    std::istringstream lines(message);
    std::string told;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(folder_.path())) told += line.substr(folder_.path().size() + 1) + "\n";
    }
    return told;
  }

  TemporaryFolder folder_;
};

const std::string kFollowing = R"(,
{"expect": {"mails": 0, "mail": {"subject": "${id} ${delivery.id} ${found}"}}},
{"expect": {"of": "x", "outcome": "delivered"}}, {"capture": {"y": "/outcome"}})";

TEST_F(Gaps, ARepeatThatIsWrongIsToldAlone) {
  for (const char* count : {"1000000000", "-1", "0", "\"often\"", "[]"}) {
    const std::string repeat =
        std::string(R"({"repeat": )") + count + R"(, "steps": [)" + kSend + "]}";
    for (const std::string& steps : {repeat, repeat + kFollowing}) {
      const std::string mistakes = told(scenario_text(steps));
      EXPECT_THAT(mistakes, StartsWith("main.json:4:12: ")) << count;
      EXPECT_EQ(std::count(mistakes.begin(), mistakes.end(), '\n'), 1) << mistakes;
    }
  }
  EXPECT_EQ(told(scenario_text(R"({"repeat": "${n}", "steps": [)" + kSend + "]}")),
            "main.json:4:13: there is no variable 'n'\n");
}

TEST_F(Gaps, AnIncludeOfStepsThatIsWrongIsToldAlone) {
  folder_.file("itself.json", R"([{"include": "itself.json"}])");
  folder_.file("broken.json", "[\n{");
  folder_.file("object.json", "{}");
  const std::pair<const char*, const char*> kWrong[] = {
      {"nowhere.json", "main.json:4:13: "},
      {"itself.json", "itself.json:1:14: "},
      {"broken.json", "broken.json:2:2: not JSON: the file ends too early\n"},
      {"object.json", "object.json:1:1: an object stands where a list of steps is expected\n"},
      {"${file}", "main.json:4:14: there is no variable 'file'\n"}};
  for (const auto& [file, message] : kWrong) {
    const std::string include = std::string(R"({"include": ")") + file + "\"}";
    for (const std::string& steps : {include, include + kFollowing}) {
      const std::string mistakes = told(scenario_text(steps));
      EXPECT_THAT(mistakes, StartsWith(message));
      EXPECT_EQ(std::count(mistakes.begin(), mistakes.end(), '\n'), 1) << mistakes;
    }
  }
}

TEST_F(Gaps, WhatIsWrongByItselfIsToldToo) {
  const std::string wrong = R"({"repeat": 0, "steps": []}, {"send": "email.saved"},
{"expect": {"outcome": "deliverd"}})";
  EXPECT_THAT(told(scenario_text(R"({"expect": {"of": "x", "mails": "${m}"}}, )" + wrong)),
              AllOf(HasSubstr("there is no variable 'm'"), HasSubstr("before any send"),
                    HasSubstr("0 is out of range"), HasSubstr("'email.saved' is not known"),
                    HasSubstr("'deliverd' is not known")));
}

// As an editor leaves it for a moment, under --watch.
TEST_F(Gaps, AnIncludeOfMembersThatIsWrongIsToldAlone) {
  folder_.file("shared.json", "{ \"tenants\":\n");
  const std::string broken = "shared.json:2:1: not JSON: the file ends too early\n";
  const std::string steps = R"("steps": [)" + kSend + R"(,
{"repeat": "${n}", "steps": []}, {"include": "${f}.json"}, {"send": "${c}", "tenant": "acme"},
{"expect": {"mails": "${c}", "mail": {"text": "${c}"}}}]})";
  EXPECT_EQ(told(R"({"name": "n", "include": "shared.json", )" + steps), broken);
  EXPECT_EQ(told(R"({"name": "n", "include": "shared.json"})"), broken);
  EXPECT_EQ(told(R"({"name": "n", "include": "shared.json",
"tenants": [{"id": 1, "name": "acme", "apiKey": "k", "webhook": {"endpoint": "e"}}], )" +
                 steps),
            broken);
  EXPECT_THAT(told(R"({"name": "n", "include": "shared.json", "wrong": 1, )" + steps),
              AllOf(HasSubstr(broken), HasSubstr("has no member 'wrong'")));
}

TEST_F(Gaps, WhatSeveralIncludeIsToldOnce) {
  folder_.file("shared.json", "{");
  const std::string text = R"({"name": "n", "include": "shared.json", "steps": [)" + kSend + "]}";
  const auto loaded =
      load_scenarios({folder_.file("one.json", text), folder_.file("two.json", text)});
  ASSERT_FALSE(loaded);
  const std::string mistakes = messages_of(loaded.error().message);
  EXPECT_EQ(mistakes.find("shared.json"), mistakes.rfind("shared.json")) << mistakes;
}

TEST_F(Gaps, VariablesThatAreNoObjectAreToldAlone) {
  const std::string uses = R"({"send": "email.savedConfiguration", "data": {"email": "${c}"}})";
  EXPECT_EQ(told(scenario_text(uses, R"("variables": ["c"], )")),
            "main.json:3:14: an array stands where variables (an object) are expected\n");
  EXPECT_EQ(told(scenario_text(R"({"repeat": 2, "variables": 1, "steps": [)" + uses + "]}")),
            "main.json:4:28: a number stands where variables (an object) are expected\n");
}

}  // namespace
}  // namespace roomle_sim
