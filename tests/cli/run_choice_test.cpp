// `roomle-sim run`: variables from outside, and which scenarios are played.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "scenarios/first_scenario.h"
#include "tests/cli/program.h"

namespace roomle_sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunChoice : public ::testing::Test {
 protected:
  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "run");
    return roomle_sim_run(std::move(arguments));
  }

  TemporaryFolder folder_;
  const std::string status_ = folder_.file("status.json", R"({ "name": "status ${status}",
  "tags": ["status"], "tenants": [ { "id": 42, "name": "acme" } ],
  "endpoint": { "sequence": [ "${status}" ] },
  "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "statuses": ["${status}"] } } ] })");
  const std::string plain_ = folder_.file("plain.json", R"({ "name": "plain",
  "tags": ["other"], "tenants": [ { "id": 42, "name": "acme" } ],
  "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "outcome": "delivered" } } ] })");
};

TEST_F(RunChoice, VariablesComeFromFlagsAndFilesAndFlagsCount) {
  const std::string settings = folder_.file("settings.env", "status=404\n");
  ProcessResult result = run({status_, "--variables-file", settings});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("ok   status 404"));
  result = run({status_, "--variable", "status=500", "--variables-file", settings});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("ok   status 500"));
}

TEST_F(RunChoice, AnUnresolvedVariableIsAnErrorWithItsPlace) {
  const ProcessResult result = run({status_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("status.json:1:19: there is no variable 'status'"),
                                HasSubstr("status.json:3:32: there is no variable 'status'"),
                                HasSubstr("--variable status=VALUE")));
}

TEST_F(RunChoice, MistakesInVariablesFromOutsideAreTold) {
  ProcessResult result = run({plain_, "--variable", "status"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("--variable: no '='"));
  result = run({plain_, "--variables-file", folder_.file("bad.env", "x\n")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("bad.env:1:1: no '='"));
  result = run({plain_, "--variable", "stauts=1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("--variable: no scenario refers to '${stauts}'"));
}

TEST_F(RunChoice, AFilterChoosesByTagNameAndFile) {
  const auto names = [&](const std::vector<std::string>& filters) {
    std::vector<std::string> arguments{folder_.path(), "--variable", "status=503", "--json"};
    for (const std::string& one : filters) {
      arguments.emplace_back("--filter");
      arguments.push_back(one);
    }
    std::string joined;
    for (const auto& line : objects(run(std::move(arguments)).out)) {
      if (line["type"] == "scenario") joined += line["name"].get<std::string>() + ";";
    }
    return joined;
  };
  EXPECT_EQ(names({"status"}), "status 503;");
  EXPECT_EQ(names({"not status"}), "plain;");
  EXPECT_EQ(names({"name:PLAIN or nothing"}), "plain;");
  EXPECT_EQ(names({"file:status.json", "status or other"}), "status 503;");
}

TEST_F(RunChoice, AFilterThatLeavesNothingOrIsWrongIsAMistake) {
  ProcessResult result = run({plain_, "--filter", "othre"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("none of 1 scenarios fits"),
                    HasSubstr("no scenario has the tag 'othre' (did you mean 'other'?)")));
  result = run({plain_, "--filter", "other and"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("column 10: a tag is expected"));
}

TEST_F(RunChoice, TheSeedOfTheFlagDrawsOtherCustomers) {
  const std::string drawn = folder_.file("drawn.json", R"({ "name": "drawn",
  "tenants": [ { "id": 42, "name": "acme" } ],
  "steps": [ { "send": "email.savedConfiguration", "data": { "email": "${gen.email}" } },
             { "expect": { "outcome": "delivered" } } ] })");
  const auto story = [&](const std::string& seed) {
    return objects(run({drawn, "--json", "--seed", seed}).out).at(0)["story"][0].get<std::string>();
  };
  EXPECT_EQ(story("5"), story("5"));
  EXPECT_NE(story("5"), story("6"));
}

TEST_F(RunChoice, ShufflingTellsTheSeedThatRepeatsTheOrder) {
  folder_.file("cases.json", R"({ "name": "status", "cases": [ { "s": 200 }, { "s": 201 },
    { "s": 202 }, { "s": 203 }, { "s": 204 }, { "s": 205 }, { "s": 206 }, { "s": 207 } ],
  "tenants": [ { "id": 42, "name": "acme" } ], "endpoint": { "sequence": [ "${s}" ] },
  "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "outcome": "delivered" } } ] })");
  const auto names = [&](const std::vector<std::string>& flags, std::string* seed = nullptr) {
    std::vector<std::string> arguments{folder_.path() + "/cases.json", "--json", "-j", "1"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProcessResult result = run(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<std::string> list;
    for (const auto& line : objects(result.out)) {
      if (line["type"] == "scenario") {
        list.push_back(line["name"]);
      } else if (seed != nullptr) {
        *seed = json_text(line["shuffleSeed"]);
        EXPECT_THAT(result.err, HasSubstr("shuffled: --shuffle-seed " + *seed));
      }
    }
    return list;
  };
  std::string seed;
  const std::vector<std::string> shuffled = names({"--shuffle"}, &seed);
  EXPECT_EQ(shuffled.size(), 8U);
  EXPECT_EQ(names({"--shuffle-seed", seed}), shuffled);
  EXPECT_EQ(names({"--shuffle", "--shuffle-seed", seed}), shuffled);
  EXPECT_NE(names({"--shuffle-seed", "1"}), names({"--shuffle-seed", "2"}));
}

TEST_F(RunChoice, WhatAScenarioIncludesWasNotPassedOver) {
  const TemporaryFolder folder;
  folder.file("shared/tenant.json", R"({ "tenants": [ { "id": 42, "name": "acme" } ] })");
  folder.file("shared/steps.json", R"([ { "send": "email.savedConfiguration" } ])");
  folder.file("shared/other.json", "[]");
  folder.file("main.json", R"({ "name": "includes", "include": "shared/tenant.json",
  "steps": [ { "include": "shared/steps.json" }, { "expect": { "mails": 0 } } ] })");
  const ProcessResult result = run({folder.path()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("other.json: passed over"), Not(HasSubstr("tenant.json")),
                                Not(HasSubstr("steps.json"))));
}

TEST_F(RunChoice, WhatAScenarioIncludesWasNotPassedOverWhereAMistakeIsTold) {
  const TemporaryFolder folder;
  folder.file("shared/tenant.json", R"({ "tenants": [ { "id": 42, "name": "acme" } ] })");
  folder.file("shared/steps.json", "[ {");
  folder.file("shared/other.json", "[]");
  folder.file("main.json", R"({ "name": "includes", "include": "shared/tenant.json",
  "steps": [ { "include": "shared/steps.json" } ] })");
  const ProcessResult result = run({folder.path()});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("other.json: passed over"), Not(HasSubstr("tenant.json")),
                                Not(HasSubstr("steps.json: passed over"))));
}

TEST_F(RunChoice, InitWritesToStdoutWhereThatIsAskedFor) {
  const ProcessResult result = run({"--init", "-"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, first_scenario_text());
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists("-"));
}

TEST_F(RunChoice, AVariableThatACaseGivesIsNotSaidToBeUnused) {
  const std::string path = folder_.path() + "/first.json";
  ASSERT_EQ(run({"--init", path}).exit_code, 0);
  const ProcessResult result = run({path, "--variable", "status=500"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("its own cases or steps give it, and count first"),
                                Not(HasSubstr("no scenario refers"))));
}

TEST_F(RunChoice, InitWritesAScenarioThatPassesAndNeverOverwrites) {
  const std::string path = folder_.path() + "/first.json";
  ProcessResult result = run({"--init", path});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("next: roomle-sim run " + path));
  result = run({path});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("2 passed, 0 failed"));
  result = run({path, "--init"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("it exists already"));
  result = run({path, plain_, "--init"});
  EXPECT_EQ(result.exit_code, 1);
}

TEST_F(RunChoice, InitThatCannotWriteLeavesNothing) {
  const std::string path = folder_.path() + "/first.json";
  const ProcessResult full =
      run_process({"sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" run --init \"$1\"",
                   std::string(PROGRAM), path});
  EXPECT_EQ(full.exit_code, 3);
  EXPECT_THAT(full.err, HasSubstr("first.json: it could not be written: File too large"));
  EXPECT_EQ(run({"--init", path}).exit_code, 0);
}

TEST_F(RunChoice, AllMistakesOfAFileAreToldBesideAMemberThatStandsTwice) {
  const std::string path = folder_.file(
      "twice.json", R"({ "name": "a", "name": "b", "tenants": [ { "id": 42, "name": "acme" } ],
  "steps": [ { "sned": "email.savedConfiguration" } ] })");
  EXPECT_THAT(run({path}).err,
              AllOf(HasSubstr("the member 'name' stands here a second time"),
                    HasSubstr("a step has no member 'sned'"), HasSubstr("{\"capture\": {…}}")));
}

TEST_F(RunChoice, PrintsTheSchemaOfScenarioFiles) {
  const ProcessResult result = run({"--schema"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto schema = json_from(result.out);
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_TRUE(schema["properties"].contains("steps"));
}

TEST_F(RunChoice, TheSchemaIsPrintedAloneAndIntoNoFile) {
  ProcessResult result = run({"--schema", "schema.json"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("--schema takes no PATH, and got 'schema.json'"));
  result = run({"--schema", "--init"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(RunChoice, AnEndpointThatNoTenantNamesIsWarnedOfAndNoMistake) {
  const std::string path = folder_.file("unused.json", R"({ "name": "unused",
  "endpoints": { "good": { "sequence": [ 503 ] } },
  "tenants": [ { "id": 42, "name": "acme" } ],
  "steps": [ { "send": "email.savedConfiguration" }, { "expect": { "outcome": "delivered" } } ] })");
  const ProcessResult result = run({path});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("2:18: warning: no tenant's events go to the endpoint 'good'"));
}

TEST_F(RunChoice, APathIsNeededForAllElse) {
  const ProcessResult result = run({});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("PATH is required"));
}

}  // namespace
}  // namespace roomle_sim
