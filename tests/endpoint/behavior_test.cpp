// The pure part: which entry answers which request.
#include "endpoint/behavior.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

Behavior behavior_of(std::string text) {
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
  EXPECT_EQ(answers(behavior_of("{}"), 3), (Words{"200", "200", "200"}));
  EXPECT_EQ(answers(behavior_of(R"({"sequence": [], "then": "fail"})"), 2), (Words{"200", "200"}));
}

TEST(Behavior, TheLastEntryIsRepeatedWhereNothingElseIsSaid) {
  EXPECT_EQ(answers(behavior_of(R"({"sequence": [503, {"status": 404}]})"), 4),
            (Words{"503", "404", "404", "404"}));
}

TEST(Behavior, AnEntryAnswersAsManyRequestsAsItsTimes) {
  EXPECT_EQ(answers(behavior_of(R"({"sequence": [{"status": 503, "times": 2}, 200, 410]})"), 5),
            (Words{"503", "503", "200", "410", "410"}));
}

TEST(Behavior, CycleStartsAgainAndKeepsTheTimes) {
  EXPECT_EQ(
      answers(behavior_of(R"({"sequence": [{"status": 503, "times": 2}, 200], "then": "cycle"})"),
              7),
      (Words{"503", "503", "200", "503", "503", "200", "503"}));
}

TEST(Behavior, FailAnswers500AndMarksTheRequestUnexpected) {
  BehaviorState state(behavior_of(R"({"sequence": [{"status": 204}], "then": "fail"})"));
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
  EXPECT_EQ(answers(behavior_of(R"({"sequence": [{"status": 503, "times": 1000000000}, 200]})"), 2),
            (Words{"503", "503"}));
}

// The answers to requests of one event and one tenant, told in words.
std::vector<std::string> answers_to(BehaviorState& state, std::string_view event,
                                    std::optional<std::int64_t> tenant, int count) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) {
    words.push_back(answer_word(state.next(event, tenant, TimePoint{})));
  }
  return words;
}

TEST(Behavior, TheFirstRuleThatFitsAnswersElseTheSequence) {
  BehaviorState state(behavior_of(R"({
      "by": [{"event": "email.shareConfiguration", "tenant": 42, "status": 410},
             {"event": "email.shareConfiguration", "sequence": [503, 200]},
             {"tenant": 7, "sequence": [500, 404], "then": "cycle"}],
      "sequence": [201, 202]})"));
  EXPECT_EQ(answers_to(state, "email.shareConfiguration", 42, 2), (Words{"410", "410"}));
  EXPECT_EQ(answers_to(state, "email.shareConfiguration", 7, 1), (Words{"503"}));
  EXPECT_EQ(answers_to(state, "email.savedConfiguration", 7, 3), (Words{"500", "404", "500"}));
  EXPECT_EQ(answers_to(state, "email.savedConfiguration", 42, 1), (Words{"201"}));
  EXPECT_EQ(answers_to(state, "email.shareConfiguration", {}, 2), (Words{"200", "200"}));
  EXPECT_EQ(answers_to(state, "", {}, 2), (Words{"202", "202"}));
}

TEST(Behavior, AProbabilityIsDrawnForEachRequestFromTheSeed) {
  const Behavior behavior =
      behavior_of(R"({"by": [{"probability": 0.25, "status": 503}], "sequence": [200]})");
  const auto draw = [&](std::uint64_t seed) {
    BehaviorState state(behavior, seed);
    return answers_to(state, "", {}, 4000);
  };
  const auto words = draw(1);
  EXPECT_EQ(words, draw(1));
  EXPECT_NE(words, draw(2));
  const auto failed = std::count(words.begin(), words.end(), "503");
  EXPECT_GT(failed, 850);
  EXPECT_LT(failed, 1150);
}

TEST(Behavior, AProbabilityOfNothingNeverFitsAndOneOfOneAlways) {
  BehaviorState state(behavior_of(R"({"by": [{"probability": 0, "status": 503},
                                       {"probability": 1, "status": 404}]})"));
  EXPECT_EQ(answers_to(state, "", {}, 50), Words(50, "404"));
}

TEST(Behavior, ARateLimitAnswers429UntilTheWindowIsOver) {
  using std::chrono::milliseconds;
  BehaviorState state(behavior_of(
      R"({"sequence": [{"rate_limit": {"requests": 2, "window": "2s"}, "status": 204}]})"));
  const TimePoint start{};
  const auto at = [&](int ms) { return state.next("", {}, start + milliseconds(ms)); };
  EXPECT_EQ(at(0).status, 204);
  EXPECT_EQ(at(500).status, 204);
  const ResponsePlan limited = at(600);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.at(0), (Headers::value_type{"Retry-After", "2"}));
  EXPECT_EQ(at(1999).headers.at(0).second, "1");
  EXPECT_EQ(at(2000).status, 204) << "a new window";
  EXPECT_EQ(at(2001).status, 204);
  EXPECT_EQ(at(2002).status, 429);
}

TEST(Behavior, ADelayIsDrawnWithinItsBounds) {
  using std::chrono::milliseconds;
  BehaviorState state(behavior_of(R"({"sequence": [
      {"delay": {"uniform": {"lower": "10ms", "upper": "20ms"}}, "times": 1000},
      {"delay": {"lognormal": {"median": "100ms", "sigma": 0.5, "max": "1s"}}}]})"));
  std::vector<Duration> uniform;
  std::vector<Duration> lognormal;
  for (int i = 0; i < 1000; ++i) uniform.push_back(state.next("", {}, {}).delay);
  for (int i = 0; i < 1000; ++i) lognormal.push_back(state.next("", {}, {}).delay);
  std::sort(uniform.begin(), uniform.end());
  std::sort(lognormal.begin(), lognormal.end());
  EXPECT_GE(uniform.front(), milliseconds(10));
  EXPECT_LT(uniform.front(), milliseconds(11));
  EXPECT_LE(uniform.back(), milliseconds(20));
  EXPECT_GT(uniform.back(), milliseconds(19));
  EXPECT_NEAR(static_cast<double>(to_milliseconds(lognormal[500])), 100, 10);
  // Two thirds of a normal distribution lie within one sigma.
  EXPECT_NEAR(static_cast<double>(to_milliseconds(lognormal[160])), 100 / std::exp(0.5), 8);
  EXPECT_NEAR(static_cast<double>(to_milliseconds(lognormal[840])), 100 * std::exp(0.5), 16);
  EXPECT_LE(lognormal.back(), milliseconds(1000));
}

TEST(Behavior, WhatIsDrawnIsTheSameOnEveryMachine) {
  using std::chrono::microseconds;
  Random random(1);
  EXPECT_EQ(draw_delay(UniformDelay{Duration(0), std::chrono::seconds(1)}, random),
            microseconds(749606));
  EXPECT_EQ(draw_delay(LognormalDelay{std::chrono::seconds(1), 1, {}}, random),
            microseconds(5091826));
}

TEST(Behavior, AFaultOfAConnectionIsMetByTheConnectionThatComesToIt) {
  BehaviorState state(behavior_of(R"({"tls": "valid", "sequence": [
      {"tls": "expired", "times": 2}, 503, {"connection_reset": {"at": "on_accept"}}, 200]})"));
  EXPECT_TRUE(state.one_request_a_connection());
  EXPECT_EQ(answer_word(state.connect().value()), "tls expired");
  EXPECT_EQ(answer_word(state.connect().value()), "tls expired");
  EXPECT_FALSE(state.connect());
  EXPECT_EQ(state.next("", {}, {}).status, 503);
  EXPECT_EQ(answer_word(state.connect().value()), "connection_reset on_accept");
  EXPECT_FALSE(state.connect());
  EXPECT_EQ(state.next("", {}, {}).status, 200);
}

TEST(Behavior, AFaultOfAConnectionIsAResetForOneThatWasOpenAlready) {
  BehaviorState state(
      behavior_of(R"({"sequence": [200, {"connection_reset": {"at": "on_accept"}}]})"));
  EXPECT_FALSE(state.connect());
  EXPECT_FALSE(state.connect()) << "two connections at once";
  EXPECT_EQ(answer_word(state.next("", {}, {})), "200");
  EXPECT_EQ(answer_word(state.next("", {}, {})), "connection_reset");
}

TEST(Behavior, AFaultOfAConnectionCanBeDrawn) {
  BehaviorState state(behavior_of(R"({"by": [{"probability": 0.5,
                                        "connection_reset": {"at": "on_accept"}}]})"));
  int met = 0;
  for (int i = 0; i < 1000; ++i) met += state.connect() ? 1 : 0;
  EXPECT_GT(met, 420);
  EXPECT_LT(met, 580);
  EXPECT_EQ(answers_to(state, "", {}, 3), (Words{"200", "200", "200"}));
}

TEST(Behavior, AnOutageIsDownFromItsBeginningUntilItsEnd) {
  using std::chrono::seconds;
  const Behavior behavior = behavior_of(
      R"({"outage": [{"until": "1s"}, {"from": "5s", "until": "6s"}, {"from": "1h"}]})");
  EXPECT_TRUE(behavior.is_down(seconds(0)));
  EXPECT_TRUE(behavior.is_down(seconds(1) - Duration(1)));
  EXPECT_FALSE(behavior.is_down(seconds(1)));
  EXPECT_TRUE(behavior.is_down(seconds(5)));
  EXPECT_FALSE(behavior.is_down(seconds(7)));
  EXPECT_TRUE(behavior.is_down(std::chrono::hours(1000)));
  EXPECT_EQ(behavior.next_change(seconds(0)), seconds(1));
  EXPECT_EQ(behavior.next_change(seconds(1)), seconds(5));
  EXPECT_EQ(behavior.next_change(std::chrono::hours(1)), std::nullopt);
}

}  // namespace
}  // namespace roomle_sim
