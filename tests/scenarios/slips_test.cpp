// Slips that make an expectation vacuous, or a part of the file useless: told when it is read.
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
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What is told of a scenario with this expectation; empty: nothing.
std::string told_of(const std::string& expectation, const std::string& members = "") {
  const auto read = parse_all(scenario_text(kSend + ",\n{\"expect\": " + expectation + "}", members,
                                            R"(, "webhook": {"endpoint": "good"})"));
  return read ? "" : read.error().message;
}

const std::string kGood = R"("endpoints": {"good": {"sequence": [200]}},)";

TEST(Slips, AWordThatIsNoneIsToldWhereverAValueIsMeant) {
  const std::tuple<const char*, const char*, const char*> kWords[] = {
      {R"({"received": {"token": {"verdict": %}}})", "authentcated", "authenticated"},
      {R"({"received": {"event": %}})", "email.savedConfiguratoin", "email.savedConfiguration"},
      {R"({"received": [{"endpoint": %}]})", "god", "good"},
      {R"({"outcome": %})", "deliverd", "delivered"},
      {R"({"reasons": [%]})", "timout", "timeout"}};
  for (const auto& [form, wrong, right] : kWords) {
    for (const char* value : {R"("%")", R"({"equals": "%"})", R"({"not": "%"})",
                              R"({"not": {"equals": "%", "exists": true}})"}) {
      // Named, since clang 14 lets no lambda see a part of a structured binding.
      const auto text = [value, shape = std::string(form)](const std::string& word) {
        std::string whole = shape;
        whole.replace(whole.find('%'), 1, value);
        return whole.replace(whole.find('%'), 1, word);
      };
      EXPECT_THAT(told_of(text(wrong), kGood),
                  AllOf(HasSubstr("test.json:5:"), HasSubstr("'" + std::string(wrong) + "'"),
                        HasSubstr("(did you mean '" + std::string(right) + "'?)")))
          << text(wrong);
      EXPECT_THAT(told_of(text(right), kGood), IsEmpty()) << text(right);
    }
  }
}

TEST(Slips, OfEndpointsThatAreNoObjectNoNameIsMissed) {
  const std::string told =
      told_of(R"({"received": {"endpoint": "good"}})", R"("endpoints": ["good"],)");
  EXPECT_THAT(told, AllOf(HasSubstr("an array stands where endpoints (an object) are expected"),
                          Not(HasSubstr("there is no endpoint"))));
}

TEST(Slips, APartOfAWordMayBeAskedFor) {
  EXPECT_THAT(told_of(R"({"received": {"event": {"contains": "saved"}, "endpoint": "${e}",
"token": {"verdict": {"matches": "^auth"}}}, "outcome": {"contains": "mail"},
"reasons": [{"contains": "time"}, {"not": "status 503"}]})",
                      kGood + R"("variables": {"e": "default"},)"),
              IsEmpty());
}

TEST(Slips, NotAnyStatusIsMeantByNotStatus) {
  const std::string answers = R"("endpoint": {"sequence": [503]}, )";
  const auto ran = test::run(
      scenario_text(kSend + R"(, {"expect": {"reasons": [{"not": "status"}]}})", answers));
  EXPECT_EQ(ran.result.state, ScenarioResult::State::failed);
}

TEST(Slips, WhatALaterStepCapturesIsNotThereYet) {
  const std::string send = R"({"send": "email.savedConfiguration", "data": {"email": "${z}"}})";
  const auto told = [&](const std::string& capture) {
    const auto read = parse_all(scenario_text(send + ", " + capture));
    return read ? "" : read.error().message;
  };
  EXPECT_THAT(told(R"({"capture": {"z": "/outcome"}})"),
              HasSubstr("there is no variable 'z' yet: a later step captures it"));
  EXPECT_THAT(told(R"({"repeat": 2, "steps": [{"capture": {"z": "/outcome"}}]})"),
              HasSubstr("there is no variable 'z' yet: a later step captures it"));
  EXPECT_THAT(told(R"({"capture": {"y": "/outcome"}})"), Not(HasSubstr("yet")));
}

TEST(Slips, BoundsThatExcludeEachOtherAreToldAtTheLower) {
  EXPECT_THAT(
      told_of(R"({"attempts": {"atLeast": 3, "atMost": 1}})", kGood),
      AllOf(HasSubstr("test.json:5:50: "), HasSubstr("nothing is at least 3 and at most 1")));
  EXPECT_THAT(told_of(R"({"attempts": {"atLeast": 3, "atMost": 3}})", kGood), IsEmpty());
}

TEST(Slips, NoTimeAtAllIsNoTimeoutOfAScenario) {
  for (const char* time : {"0s", "0ms", "0.0s"}) {
    EXPECT_THAT(told_of(R"({"mails": 0})", kGood + "\"timeout\": \"" + time + "\","),
                HasSubstr("within no time at all nothing happens"));
  }
  EXPECT_THAT(told_of(R"({"mails": 0})", kGood + "\"timeout\": \"0.5s\","), IsEmpty());
}

std::string warnings_of(const std::string& members, const std::string& tenant = "") {
  const auto read = parse_all(
      scenario_text(kSend + R"(, {"expect": {"outcome": "delivered"}})", members, tenant));
  if (!read) return read.error().message;
  std::string warnings;
  for (const Scenario& one : *read) warnings += one.warnings;
  return warnings;
}

TEST(Slips, AnEndpointThatNoTenantNamesIsWarnedOf) {
  const std::string two =
      R"("endpoints": {"good": {"sequence": [200]}, "bad": {"sequence": [500]}},)";
  EXPECT_THAT(warnings_of(kGood),
              HasSubstr("test.json:3:15: warning: no tenant's events go to the endpoint 'good'"));
  EXPECT_THAT(warnings_of(two, R"(, "webhook": {"endpoint": "good"})"),
              AllOf(HasSubstr("'bad'"), Not(HasSubstr("'good'"))));
  const std::string webhook = R"(, "webhook": {"endpoint": "${e}"})";
  EXPECT_THAT(warnings_of(two + R"("cases": [{"e": "good"}, {"e": "bad"}],)", webhook), IsEmpty());
  const std::string warned =
      warnings_of(two + R"("cases": [{"e": "good"}, {"e": "default"}],)", webhook);
  EXPECT_THAT(warned, HasSubstr("'bad'"));
  EXPECT_EQ(warned.find("warning"), warned.rfind("warning")) << warned;
}

TEST(Slips, AnEndpointOfAnIncludedFileMayBeForAnotherScenario) {
  const TemporaryFolder folder;
  folder.file("shared.json", "{" + kGood + R"("tenants": [{"id": 1, "name": "acme"}]})");
  const auto read =
      load_scenario(folder.file("main.json", R"({"name": "n", "include": "shared.json",
"steps": [)" + kSend + R"(, {"expect": {"outcome": "delivered"}}]})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->warnings, IsEmpty());
}

}  // namespace
}  // namespace roomle_sim
