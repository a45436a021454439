// The command line to copy: a real shell reads the words of the run from it once its variables are
// set, and no secret is in it.
#include "cli/reproduction.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"

namespace roomle_sim {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

class Reproduction : public ::testing::Test {
 protected:
  // What stands behind the flags that each has.
  std::string line_with(const ReproductionFlags& flags) {
    Scenario scenario;
    scenario.path = "a.json";
    scenario.given_used = {"password", "who"};
    ScenarioResult result;
    result.scenario = &scenario;
    result.seed = 7;
    const std::string line = reproduction(result, flags, RunOptions());
    const std::string begin = "roomle-sim run a.json --seed 7";
    EXPECT_THAT(line, testing::StartsWith(begin));
    EXPECT_THAT(line, Not(HasSubstr("HUSH")));
    return line.substr(begin.size());
  }
  std::string line_of_child(const Words& words) {
    ReproductionFlags flags;
    flags.child = words;
    const std::string line = line_with(flags);
    EXPECT_THAT(line, testing::StartsWith(" -- "));
    return line.substr(3);
  }
  static Words read_by_shell(const std::string& line, const Variables& variables) {
    ProcessOptions options;
    options.environment = variables;
    const ProcessResult read = run_process({"sh", "-c", R"(printf '%s\0')" + line}, options);
    EXPECT_EQ(read.exit_code, 0) << line << "\n" << read.err;
    Words words;
    for (std::size_t at = 0; at < read.out.size(); at += words.back().size() + 1) {
      words.emplace_back(read.out.c_str() + at);
    }
    return words;
  }
  void expect_read_back(const Words& words, const Variables& variables) {
    const std::string line = line_of_child(words);
    EXPECT_THAT(read_by_shell(line, variables), ElementsAreArray(words)) << line;
  }
};

TEST_F(Reproduction, AScriptIsReadBackThoughItSpeaksOfATokenBeforeAnEqualsSign) {
  const Words words{
      "sh", "-c",
      R"(echo "my token is $HOME" >/dev/null; X=1 exec python3 srv.py 18234 500 'it''s' `a` \ !)"};
  expect_read_back(words, {});
  EXPECT_THAT(line_of_child(words), HasSubstr("my token is $HOME"));
}

TEST_F(Reproduction, OfACommandWhatItsNamesSpeakOfIsLeftToVariables) {
  expect_read_back(
      {"srv", "--password", "HUSH 1", "--api-key=HUSH=2", "TOKEN=HUSH \"3", "--port=1"},
      {{"PASSWORD", "HUSH 1"}, {"API_KEY", "HUSH=2"}, {"TOKEN", "HUSH \"3"}});
  EXPECT_EQ(line_of_child({"srv", "--db-token=HUSH", "--token", "", "-v"}),
            R"( srv "--db-token=$DB_TOKEN" --token '' -v)");
}

TEST_F(Reproduction, OfAHeaderInACommandItsValueIsLeftOut) {
  const Words words{"srv", "-H",         "Authorization: Bearer HUSH", "-HX-Auth:HUSH-2",
                    "-H",  "Accept: */*"};
  EXPECT_EQ(line_of_child(words), R"( srv -H "Authorization: $AUTHORIZATION" )"
                                  R"("-HX-Auth:$HX_AUTH" -H 'Accept: */*')");
  expect_read_back(words, {{"AUTHORIZATION", "Bearer HUSH"}, {"HX_AUTH", "HUSH-2"}});
}

TEST_F(Reproduction, NoSecretInAScriptOrInJsonIsShown) {
  expect_read_back({"sh", "-c", R"(cd "$HOME"; A=1 DB_PASSWORD=HUSH-1 exec srv --token HUSH-2; x)"},
                   {{"DB_PASSWORD", "HUSH-1"}, {"TOKEN", "HUSH-2"}});
  expect_read_back(
      {"sh", "-c", R"(curl -H "X-Key: HUSH 1" -H 'Cookie: a=HUSH 2' --pass 'HUSH "3')"},
      {{"X_KEY", "HUSH 1"}, {"COOKIE", "a=HUSH 2"}, {"PASS", "HUSH \"3"}});
  expect_read_back({"srv", R"({"port": 1, "apiKey": "HUSH 1", "ok": {"secret":"HUSH-2"}})"},
                   {{"APIKEY", "HUSH 1"}, {"SECRET", "HUSH-2"}});
}

TEST_F(Reproduction, OfTwoSecretsUnderOneNameTheSecondHasANumber) {
  ReproductionFlags flags;
  flags.others = {"--endpoint", "http://h/?key=HUSH-A&key=HUSH-B&lang=de&key=HUSH-A"};
  flags.child = Words{"srv", "--key", "HUSH-B", "--pwd=HUSH-C"};
  const std::string line = line_with(flags);
  EXPECT_EQ(line, R"( --endpoint "http://h/?key=$KEY&key=$KEY_2&lang=de&key=$KEY")"
                  R"( -- srv --key "$KEY_2" "--pwd=$PWD_2")");
  EXPECT_THAT(read_by_shell(line, {{"KEY", "HUSH-A"}, {"KEY_2", "HUSH-B"}, {"PWD_2", "HUSH-C"}}),
              testing::ElementsAre("--endpoint", flags.others[1], "--", "srv", "--key", "HUSH-B",
                                   "--pwd=HUSH-C"));
}

TEST_F(Reproduction, NamesAreReadBackWhateverTheyAre) {
  ReproductionFlags flags;
  flags.variables = {"password=HUSH", "who=`a` $b", "password"};
  flags.headers = {"X-`a`$b!-Token: HUSH-2", "X-Empty-Token:"};
  const std::string line = line_with(flags);
  const std::string token = "X__A__B__TOKEN";
  EXPECT_THAT(line, HasSubstr("$" + token));
  EXPECT_THAT(
      read_by_shell(line, {{"PASSWORD", "HUSH"}, {token, "HUSH-2"}}),
      testing::ElementsAre("--variable", "password=HUSH", "--variable", "who=`a` $b", "--variable",
                           "password", "-H", flags.headers[0], "-H", flags.headers[1]));
}

TEST_F(Reproduction, AUrlInACommandHasItsFieldsLeftOutAlone) {
  EXPECT_EQ(line_of_child({"srv", "http://h/?token=HUSH&lang=de", "--db=pg://u:HU/SH@h/x"}),
            R"( srv "http://h/?token=$TOKEN&lang=de" "--db=pg://$SECRET@h/x")");
}

}  // namespace
}  // namespace roomle_sim
