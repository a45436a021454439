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

TEST(Completion, TheScriptIsAcceptedByBashAndKnowsTheCommands) {
  const ProcessResult script = roomle_sim_run({"completion", "bash"});
  ASSERT_EQ(script.exit_code, 0);
  ProcessOptions options;
  options.input = script.out +
                  "\nCOMP_WORDS=(roomle-sim tok); COMP_CWORD=1; _roomle_sim; echo \"$COMPREPLY\""
                  "\nCOMP_WORDS=(roomle-sim send --t); COMP_CWORD=2; _roomle_sim; "
                  "echo \"${COMPREPLY[@]}\"\n"
                  "COMP_WORDS=(roomle-sim -q token --json enc); COMP_CWORD=4; _roomle_sim; "
                  "echo \"${COMPREPLY[@]}\"\n";
  const ProcessResult bash = run_process({"bash"}, options);
  EXPECT_EQ(bash.err, "");
  EXPECT_THAT(bash.out, HasSubstr("token\n"));
  EXPECT_THAT(bash.out, HasSubstr("--timeout"));
  EXPECT_THAT(bash.out, HasSubstr("encrypt\n"));
  EXPECT_EQ(roomle_sim_run({"completion", "fish"}).exit_code, 1);
}

}  // namespace
}  // namespace roomle_sim
