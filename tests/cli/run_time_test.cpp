// `run --time`: from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace roomle_sim {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class RunTime : public ::testing::TestWithParam<const char*> {
 protected:
  TemporaryFolder folder_;
  const std::string days_ = folder_.file("days.json", R"({ "name": "down for days",
  "tenants": [ { "id": 42, "name": "acme", "simulator": { "retry": "standard-webhooks" } } ],
  "endpoint": { "sequence": [ 503 ] },
  "steps": [ { "send": "email.savedConfiguration" },
             { "at": "74h", "expect": { "attempts": 9, "mails": 0 } },
             { "expect": { "outcome": "mailed", "attempts": 10 } } ] })");
};

TEST_P(RunTime, AScheduleOfDaysIsNotWaitedFor) {
  const ProcessResult result = roomle_sim_run({"run", days_, "--time", GetParam(), "--story"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("attempt 10 follows in 24 h"),
                                HasSubstr("mailed after 10 attempts")));
}

TEST_P(RunTime, HowMuchTimeWentByIsTold) {
  ProcessResult result = roomle_sim_run({"run", days_, "--time", GetParam()});
  EXPECT_THAT(result.out, AllOf(HasSubstr(" for 75.6 h)\n1 passed"), EndsWith(" for 75.6 h)\n")));
  result = roomle_sim_run({"run", days_, "--time", GetParam(), "--json"});
  const auto lines = objects(result.out);
  ASSERT_EQ(lines.size(), 2U) << result.out;
  for (const auto& line : lines) {
    EXPECT_EQ(duration_cast<hours>(milliseconds(line["clockMs"])), hours(75));
    EXPECT_LT(line["durationMs"], line["clockMs"]);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, RunTime, ::testing::Values("skip", "virtual"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST_F(RunTime, RealTimeSaysThatTheOthersDoNotWait) {
  const ProcessResult result = roomle_sim_run({"run", days_, "--timeout", "1s"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("--time skip and virtual do not wait"));
}

TEST_F(RunTime, ARealEndpointCannotBeAskedInVirtualTime) {
  const ProcessResult result =
      roomle_sim_run({"run", days_, "--time", "virtual", "--endpoint", "http://127.0.0.1:9/"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot be asked with --time virtual"));
}

TEST_F(RunTime, AnotherWordIsRefused) {
  const ProcessResult result = roomle_sim_run({"run", days_, "--time", "fast"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("real, skip"));
}

}  // namespace
}  // namespace roomle_sim
