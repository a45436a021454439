#include "scenarios/replay.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/replay_form.h"
#include "scenarios/suite.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::differences_of;
using test::kSend;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;

constexpr auto kPassed = ScenarioResult::State::passed;
constexpr auto kFailed = ScenarioResult::State::failed;

class ReplayFolder : public testing::Test {
 protected:
  // One round of a scenario whose endpoint answers with this status.
  ScenarioResult play(const std::string& answer, bool update = false,
                      const std::string& name = "shop/first.json", TimeMode time = TimeMode::real) {
    auto parsed = test::parse_all(
        scenario_text(kSend + "," + kSend, "\"endpoint\": {\"sequence\": [" + answer + "]}, ",
                      R"(, "simulator": {"retry": {"schedule": ["1ms"], "jitter": 0.5}})"),
        {}, name);
    EXPECT_TRUE(parsed) << parsed.error().message;
    scenarios_ = std::make_unique<std::vector<Scenario>>(*std::move(parsed));
    auto replay = Replay::open(folder_, update, *scenarios_);
    EXPECT_TRUE(replay) << replay.error().message;
    RunOptions options;
    options.keep_sends = true;
    options.time = time;
    ScenarioResult result = run_scenario(scenarios_->front(), options);
    (*replay)->take(result, options);
    recorded_ = (*replay)->records();
    strangers_ = (*replay)->strangers();
    const auto error = (*replay)->finish();
    EXPECT_FALSE(error) << error->message;
    return result;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/recorded";
  const std::string file_ = folder_ + "/first.replay.json";
  std::unique_ptr<std::vector<Scenario>> scenarios_;
  bool recorded_ = false;
  std::vector<std::string> strangers_;
};

TEST_F(ReplayFolder, RecordsAtFirstAndFindsTheSameAfterwards) {
  EXPECT_EQ(play("503").state, kPassed);
  EXPECT_TRUE(recorded_);
  const std::string first = content_of(file_);
  EXPECT_THAT(first, AllOf(HasSubstr("(delivery 1)"), HasSubstr("01-(token)"),
                           HasSubstr("\"(endpoint default)/\""),
                           HasSubstr("(time);anonymous;aValidApiKey")));
  for (int i = 0; i < 3; ++i) {
    const ScenarioResult again = play("503");
    EXPECT_EQ(again.state, kPassed) << differences_of(again);
    EXPECT_FALSE(recorded_);
  }
  play("503", true);
  EXPECT_EQ(content_of(file_), first) << "what differs from run to run is not in it";
}

TEST_F(ReplayFolder, IsTheSameHoweverTimePasses) {
  play("503");
  for (const TimeMode time : {TimeMode::skip, TimeMode::virt}) {
    const ScenarioResult again = play("503", false, "shop/first.json", time);
    EXPECT_EQ(again.state, kPassed) << differences_of(again);
  }
}

TEST_F(ReplayFolder, TellsWhatIsOtherThanItWasAndWhere) {
  play("200");
  const ScenarioResult now = play(R"({"status": 201, "body": "made"})");
  EXPECT_EQ(now.state, kFailed);
  EXPECT_THAT(differences_of(now),
              AllOf(HasSubstr("shop/first.json:4:10 replay sends[0].attempts[0].response.status: "
                              "200 / 201"),
                    HasSubstr("replay sends[1].attempts[0].response.body: "), HasSubstr("/ made")));
}

TEST_F(ReplayFolder, TellsAnAttemptMore) {
  play("200");
  EXPECT_THAT(differences_of(play("503, 503, 200")),
              AllOf(HasSubstr("].attempts[1]: nothing / {"), HasSubstr("].waits[0]: nothing / {")));
}

TEST_F(ReplayFolder, AnUpdateRecordsAnew) {
  play("200");
  EXPECT_EQ(play("503", true).state, kPassed);
  EXPECT_EQ(play("503").state, kPassed);
}

TEST_F(ReplayFolder, AScenarioThatWasNotRecordedIsADifferenceAndAStrangerIsTold) {
  play("200");
  const ScenarioResult other = play("200", false, "shop/second.json");
  EXPECT_THAT(differences_of(other),
              AllOf(HasSubstr("second.replay.json"), HasSubstr("--replay-update records it")));
  EXPECT_THAT(strangers_, testing::ElementsAre(file_));
}

TEST_F(ReplayFolder, ADamagedRecordingIsADifference) {
  play("200");
  std::ofstream(file_) << "{";
  EXPECT_THAT(differences_of(play("200")),
              HasSubstr("a recording of version 1 / something else ("));
}

TEST_F(ReplayFolder, AFolderOfOtherThingsIsRefused) {
  const auto refused = Replay::open(temporary_.path(), true, {});
  EXPECT_TRUE(refused) << "an empty folder is fine";
  const std::string other = temporary_.file("notes.txt", "mine");
  const auto replay = Replay::open(temporary_.path(), true, {});
  ASSERT_FALSE(replay);
  EXPECT_EQ(replay.error().code, ErrorCode::bad_input);
  EXPECT_THAT(replay.error().message, HasSubstr("holds other things"));
}

TEST_F(ReplayFolder, TwoScenariosThatWouldHaveOneFileAreRefused) {
  auto one = test::parse_all(scenario_text(kSend), {}, "a/x.json");
  const auto two = test::parse_all(scenario_text(kSend), {}, "b/x.json");
  ASSERT_TRUE(one && two);
  one->push_back(two->front());
  const auto replay = Replay::open(folder_, false, *one);
  ASSERT_FALSE(replay);
  EXPECT_THAT(replay.error().message,
              HasSubstr("a/x.json and b/x.json would both be recorded as x.replay.json"));
}

TEST(CompareReplay, GoesDownToTheValuesThatDiffer) {
  const ordered_json recorded{{"a", {1, 2}}, {"b", {{"c", "x"}}}, {"gone", true}};
  const ordered_json now{{"a", {1, 3, 4}}, {"b", {{"c", "y"}}}, {"come", nullptr}};
  std::string all;
  for (const ReplayDifference& one : compare_replay(recorded, now)) {
    all += one.name + ": " + one.recorded + " / " + one.now + "; ";
  }
  EXPECT_EQ(all,
            "a[1]: 2 / 3; a[2]: nothing / 4; b.c: x / y; gone: true / nothing; "
            "come: nothing / null; ");
}

}  // namespace
}  // namespace roomle_sim
