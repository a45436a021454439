#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "tests/cli/program.h"

namespace roomle_sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CommandLine, HelpAndVersionGoToStdoutAndExitWithZero) {
  for (const char* flag : {"-h", "--help", "--version"}) {
    const ProcessResult result = roomle_sim_run({flag});
    EXPECT_EQ(result.exit_code, 0) << flag;
    EXPECT_THAT(result.out, HasSubstr("roomle-sim")) << flag;
    EXPECT_EQ(result.err, "") << flag;
  }
}

TEST(CommandLine, HelpThatCannotBeWrittenIsNoSuccess) {
  ProcessOptions options;
  options.stdout_to = "/dev/full";
  EXPECT_EQ(roomle_sim_run({"--help"}, options).exit_code, 3);
}

TEST(CommandLine, EverySubcommandHasHelp) {
  for (const char* command : {"send", "run", "endpoint", "serve", "deliveries", "mails", "tail",
                              "token", "tenants", "events", "completion"}) {
    const ProcessResult result = roomle_sim_run({command, "--help"});
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_THAT(result.out, HasSubstr(command));
  }
}

TEST(CommandLine, WithoutACommandItShowsHelpAndIsAUsageError) {
  EXPECT_EQ(roomle_sim_run({}).exit_code, 1);
}

TEST(CommandLine, AMistypedWordGetsADidYouMean) {
  const ProcessResult command = roomle_sim_run({"sned"});
  EXPECT_EQ(command.exit_code, 1);
  EXPECT_THAT(command.err, HasSubstr("did you mean 'send'?"));
  const ProcessResult flag =
      roomle_sim_run({"send", "email.savedConfiguration", "--to", "http://x/", "--tiemout", "1s"});
  EXPECT_EQ(flag.exit_code, 1);
  EXPECT_THAT(flag.err, HasSubstr("did you mean '--timeout'?"));
}

TEST(CommandLine, AnUnknownFlagIsShownWithoutItsValue) {
  const ProcessResult result = roomle_sim_run({"token", "encrypt", "--secert=hunter2"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("'--secert' is not known here"));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("hunter2")));
}

TEST(CommandLine, AFlagInFrontOfItsCommandIsToldWhereItBelongs) {
  const ProcessResult result = roomle_sim_run(
      {"--seed", "1", "send", "email.savedConfiguration", "--to", "http://127.0.0.1:1/"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("'--seed' belongs behind 'send'"));
}

TEST(CommandLine, TheCommonFlagsMayStandBeforeTheCommandToo) {
  const std::string scenario = FIXTURES_DIR "/scenarios/05-status-200-delivered.json";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--json", "run", scenario},
                                             {"run", "--json", scenario},
                                             {"run", scenario, "--json"},
                                             {"--json", "run", scenario, "--json"},
                                             {"-q", "--no-color", "run", scenario, "--json"}}) {
    const ProcessResult result = roomle_sim_run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(objects(result.out).size(), 2U) << arguments.front();
  }
  const ProcessResult token = roomle_sim_run(
      {"token", "--json", "encrypt", "--secret", "0123456789abcdef", "--api-key", "k"});
  EXPECT_EQ(objects(token.out).at(0)["type"], "token");
  const std::string tenants = FIXTURES_DIR "/tenants/several-tenants.json";
  EXPECT_NE(roomle_sim_run({"tenants", "check", tenants}).err, "");
  EXPECT_EQ(roomle_sim_run({"-q", "tenants", "check", tenants}).err, "");
  EXPECT_EQ(roomle_sim_run({"tenants", "-q", "check", tenants}).err, "");
}

TEST(CommandLine, ACommandToStartIsFoundBehindFlagsInFront) {
  const std::string scenario = FIXTURES_DIR "/scenarios/05-status-200-delivered.json";
  const ProcessResult result = roomle_sim_run({"--json", "-q", "run", scenario, "--", "true"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("a command behind '--' needs --endpoint"));
}

TEST(CommandLine, APlannedCommandIsSaidToBePlanned) {
  for (const std::string word : {"check", "model"}) {
    const ProcessResult result = roomle_sim_run({word});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr("'" + word + "' is planned, and not there yet"));
  }
}

TEST(Events, ListsTheCatalogue) {
  const ProcessResult text = roomle_sim_run({"events"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, HasSubstr("email.3DExportAsset"));
  EXPECT_EQ(objects(roomle_sim_run({"events", "--json"}).out).size(), 4U);
}

TEST(Events, PrintsAnExampleBody) {
  const ProcessResult result = roomle_sim_run({"events", "email.savedConfiguration"});
  EXPECT_EQ(json_from(result.out)["event"], "email.savedConfiguration");
  const ProcessResult json = roomle_sim_run({"events", "email.savedConfiguration", "--json"});
  EXPECT_EQ(objects(json.out).at(0)["type"], "event");
  EXPECT_EQ(roomle_sim_run({"events", "email.nothing"}).exit_code, 1);
}

// What the shell offers for the last of the words, as it splits them: a line each.
std::string offered(const std::string& shell, const std::string& prepare,
                    const std::vector<std::string>& lines) {
  std::string input = prepare + "\n";
  input += roomle_sim_run({"completion", shell}).out + "\n";
  for (const std::string& words : lines) {
    input += "COMP_WORDS=(roomle-sim " + words +
             "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _roomle_sim; echo \"${COMPREPLY[*]}\"\n";
  }
  ProcessOptions options;
  options.input = input;
  const ProcessResult result = run_process({shell}, options);
  EXPECT_EQ(result.err, "");
  return result.out;
}

const std::vector<std::string> kTyped{"tok",
                                      "send --time",
                                      "-q token --json enc",
                                      "run --time v",
                                      "run --time = sk",
                                      "run --time =",
                                      "run --report ju",
                                      "run ''",
                                      "run x -- --",
                                      "token ''",
                                      "completion ''",
                                      "run --report junit =",
                                      "run --report junit = --",
                                      "deliveries list --outcome m",
                                      "endpoint --behavior ''",
                                      "endpoint --fault dr",
                                      "send --mail m",
                                      "events email.savedC"};
const std::string kOffered =
    "token\n--timeout\nencrypt\nvirtual\nskip\nreal skip virtual\njunit=\n\n\nencrypt decrypt "
    "identify\n"
    "bash zsh\n\n\nmailed mail_failed\n\ndribble\nmaildir:\nemail.savedConfiguration\n";

TEST(Completion, TheScriptIsAcceptedByBashAndKnowsCommandsFlagsAndValues) {
  EXPECT_EQ(offered("bash", "", kTyped), kOffered);
  EXPECT_EQ(roomle_sim_run({"completion", "fish"}).exit_code, 1);
}

// As bashcompinit calls it: in sh's emulation.
TEST(Completion, TheSameGoesForZsh) {
  EXPECT_EQ(offered("zsh",
                    "autoload -U compinit && compinit -u -D && autoload -U +X bashcompinit && "
                    "bashcompinit && emulate sh",
                    kTyped),
            kOffered);
}

}  // namespace
}  // namespace roomle_sim
