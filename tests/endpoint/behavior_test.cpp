// The pure part: which entry answers which request.
#include "endpoint/behavior.h"

#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

Behavior parse(std::string text) {
  const auto behavior =
      parse_behavior(std::make_shared<SourceText>(SourceText{"b.json", std::move(text)}));
  if (!behavior) throw std::runtime_error(behavior.error().message);
  return *behavior;
}

std::vector<std::string> answers(const Behavior& behavior, int count) {
  BehaviorState state(behavior);
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) {
    words.push_back(answer_word(state.next("email.savedConfiguration", {}, TimePoint{})));
  }
  return words;
}

using Words = std::vector<std::string>;

TEST(Behavior, AnEmptyOneAlwaysAnswers200) {
  EXPECT_EQ(answers(parse("{}"), 3), (Words{"200", "200", "200"}));
  EXPECT_EQ(answers(parse(R"({"sequence": [], "then": "fail"})"), 2), (Words{"200", "200"}));
}

TEST(Behavior, TheLastEntryIsRepeatedWhereNothingElseIsSaid) {
  EXPECT_EQ(answers(parse(R"({"sequence": [503, {"status": 404}]})"), 4),
            (Words{"503", "404", "404", "404"}));
}

TEST(Behavior, AnEntryAnswersAsManyRequestsAsItsTimes) {
  EXPECT_EQ(answers(parse(R"({"sequence": [{"status": 503, "times": 2}, 200, 410]})"), 5),
            (Words{"503", "503", "200", "410", "410"}));
}

TEST(Behavior, CycleStartsAgainAndKeepsTheTimes) {
  EXPECT_EQ(
      answers(parse(R"({"sequence": [{"status": 503, "times": 2}, 200], "then": "cycle"})"), 7),
      (Words{"503", "503", "200", "503", "503", "200", "503"}));
}

TEST(Behavior, FailAnswers500AndMarksTheRequestUnexpected) {
  BehaviorState state(parse(R"({"sequence": [{"status": 204}], "then": "fail"})"));
  EXPECT_FALSE(state.next("", {}, TimePoint{}).unexpected);
  for (int i = 0; i < 3; ++i) {
    const ResponsePlan plan = state.next("", {}, TimePoint{});
    EXPECT_EQ(plan.status, 500);
    EXPECT_TRUE(plan.unexpected);
  }
}

TEST(Behavior, EveryPositionIsHandedOutOnceWhenThreadsCompete) {
  Behavior behavior;
  constexpr int kEntries = 4000;
  for (int i = 0; i < kEntries; ++i) {
    BehaviorEntry entry;
    entry.plan.body = std::to_string(i);
    behavior.sequence.push_back(std::move(entry));
  }
  behavior.then = AfterSequence::fail;
  BehaviorState state(std::move(behavior));
  std::vector<std::vector<std::string>> seen(8);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&state, &mine] {
      for (int i = 0; i < kEntries / 8; ++i) mine.push_back(state.next("", {}, TimePoint{}).body);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, int> times;
  for (const auto& mine : seen) {
    for (const std::string& body : mine) ++times[body];
  }
  EXPECT_EQ(times.size(), std::size_t{kEntries});
  EXPECT_TRUE(state.next("", {}, TimePoint{}).unexpected);
}

TEST(Behavior, HugeTimesDoNotOverflow) {
  EXPECT_EQ(answers(parse(R"({"sequence": [{"status": 503, "times": 1000000000}, 200]})"), 2),
            (Words{"503", "503"}));
}

TEST(Behavior, TheSameArgumentsGiveTheSamePlan) {
  const Behavior behavior = parse(R"({"sequence": [503, 200], "then": "cycle"})");
  for (std::uint64_t position = 0; position < 10; ++position) {
    const RequestFacts facts{position, "email.savedConfiguration", 42};
    EXPECT_EQ(plan_for(behavior, facts, TimePoint{}, Random(1)).status,
              plan_for(behavior, facts, TimePoint{}, Random(1)).status);
  }
}

}  // namespace
}  // namespace roomle_sim
