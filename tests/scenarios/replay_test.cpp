#include "scenarios/replay.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/replay_form.h"
#include "scenarios/replay_names.h"
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

// Scenarios of these files, in virtual time: what each was compared with or recorded as.
class ReplayOfFiles : public ReplayFolder {
 protected:
  // The differences of all of them; what went wrong instead.
  std::string play_all(const std::vector<std::string>& files, bool update = false) {
    std::vector<Scenario> scenarios;
    for (const std::string& file : files) {
      auto parsed = test::parse_all(
          scenario_text(
              R"({"send": "email.savedConfiguration", "data": {"email": "x@example.com", "configuratorId": ")" +
              file + "\"}}"),
          {}, tree_ + file);
      EXPECT_TRUE(parsed) << parsed.error().message;
      scenarios.push_back(parsed->front());
    }
    auto replay = Replay::open(folder_, update, scenarios);
    if (!replay) return replay.error().message;
    RunOptions options;
    options.keep_sends = true;
    options.time = TimeMode::virt;
    std::string differences;
    for (const Scenario& one : scenarios) {
      ScenarioResult result = run_scenario(one, options);
      (*replay)->take(result, options);
      differences += differences_of(result);
    }
    const auto error = (*replay)->finish();
    EXPECT_FALSE(error) << error->message;
    strangers_ = (*replay)->strangers();
    return differences;
  }

  std::string tree_;  // where the files lie, which is in nothing that they send

  std::vector<std::string> recordings() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(ReplayOfFiles, FilesOfOneNameAreToldApartByTheirFolders) {
  const std::vector<std::string> files{"tt/x/a.json", "tt/y/a.json", "tt/y/b.json"};
  EXPECT_EQ(play_all(files), "");
  EXPECT_THAT(recordings(),
              testing::ElementsAre("b.replay.json", "x.a.replay.json", "y.a.replay.json"));
  EXPECT_EQ(play_all(files), "");
  EXPECT_THAT(strangers_, testing::IsEmpty());
  // One of them alone, as a failure's command runs it.
  EXPECT_EQ(play_all({"tt/x/a.json"}), "");
  EXPECT_EQ(play_all({"tt/x/a.json"}, true), "");
  EXPECT_THAT(recordings(), testing::SizeIs(3)) << "it is recorded where it was";
}

TEST_F(ReplayOfFiles, AsManyFoldersAsItTakes) {
  EXPECT_EQ(play_all({"p/x/a.json", "q/x/a.json", "q/y/a.json"}), "");
  EXPECT_THAT(recordings(),
              testing::ElementsAre("p.x.a.replay.json", "q.x.a.replay.json", "y.a.replay.json"));
  EXPECT_EQ(play_all({"q/x/a.json", "q/y/a.json"}), "");
}

TEST_F(ReplayOfFiles, TheFolderThatTheTreeLiesInIsInNoName) {
  const std::vector<std::string> files{"f.json", "x/y/f.json", "z/y/f.json"};
  tree_ = "rp2/";
  EXPECT_EQ(play_all(files), "");
  EXPECT_THAT(recordings(),
              testing::ElementsAre("f.replay.json", "x.y.f.replay.json", "z.y.f.replay.json"));
  // Checked out elsewhere, also where the folder is called like one in the tree.
  for (const char* tree : {"checkout9/", "/srv/other/", "x/y/", "z/"}) {
    tree_ = tree;
    EXPECT_EQ(play_all(files), "") << tree;
    EXPECT_THAT(strangers_, testing::IsEmpty()) << tree;
    EXPECT_EQ(play_all({"f.json", "x/y/f.json"}), "") << tree;
    EXPECT_EQ(play_all({"x/y/f.json", "z/y/f.json"}), "") << tree;
    EXPECT_EQ(play_all({"x/y/f.json"}), "") << tree;
  }
}

TEST_F(ReplayOfFiles, AFolderInAnotherOfItsNameIsToldApart) {
  const std::vector<std::string> files{"a.json", "shop/a.json", "shop/shop/a.json"};
  EXPECT_EQ(play_all(files), "");
  EXPECT_THAT(recordings(), testing::ElementsAre("a.replay.json", "shop.a.replay.json",
                                                 "shop.shop.a.replay.json"));
  EXPECT_EQ(play_all(files), "");
}

TEST_F(ReplayOfFiles, NamesThatAreWrittenAlikeAreToldApartToo) {
  const std::vector<std::string> files{"x/a b.json", "x/a-b.json", "é/c.json", "ü/c.json"};
  EXPECT_EQ(play_all(files), "");
  EXPECT_THAT(recordings(), testing::SizeIs(4));
  EXPECT_EQ(play_all(files), "");
}

TEST_F(ReplayOfFiles, ARecordingOfAnOnlyNameStaysItsOwn) {
  EXPECT_EQ(play_all({"tt/x/a.json", "tt/z/c.json"}), "");
  EXPECT_EQ(play_all({"tt/x/a.json"}), "");
  // Of two it says nothing: whose was it?
  EXPECT_THAT(play_all({"tt/x/a.json", "tt/y/a.json"}),
              AllOf(HasSubstr("x.a.replay.json"), HasSubstr("y.a.replay.json"),
                    HasSubstr("--replay-update records it")));
  EXPECT_THAT(strangers_, testing::SizeIs(2));
}

TEST(ReplayNamesOfCases, TheEndOfALongNameTellsWhatDiffers) {
  const auto cases =
      test::parse_all(scenario_text(kSend, R"("cases": [{"s": 200}, {"s": 503}], )"));
  ASSERT_TRUE(cases) << cases.error().message;
  std::vector<Scenario> scenarios = *cases;
  for (Scenario& one : scenarios) {
    one.name = "the customer gets one email, whatever the endpoint is and answers: " + one.name;
  }
  const ReplayNames fresh(scenarios, {});
  EXPECT_THAT(fresh.of(scenarios[0]),
              testing::MatchesRegex("test\\.the-customer-gets-on--.*-answers-test-s-200-[0-9a-f]{8}"
                                    "\\.replay\\.json"));
  EXPECT_THAT(fresh.of(scenarios[1]), HasSubstr("-answers-test-s-503-"));
  // What was recorded under a name with only the beginning keeps that.
  const std::string whole = fresh.of(scenarios[0]);
  const std::string old = "test.the-customer-gets-one-email-whatever-the-endpoint-is-and-ans" +
                          whole.substr(whole.rfind('-'));
  const ReplayNames again(scenarios, {old});
  EXPECT_EQ(again.of(scenarios[0]), old);
  EXPECT_EQ(again.of(scenarios[1]), fresh.of(scenarios[1]));
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
