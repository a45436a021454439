#include "tenants/retry_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tenants/read_text.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;  // NOLINT: the unit ends the number
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Reading<RetryPolicy> read_policy(const std::string& text) {
  return read_text(&read_retry_policy, text);
}

std::string mistake(const std::string& text) {
  const std::vector<std::string> mistakes = read_policy(text).mistakes;
  return mistakes.size() == 1 ? mistakes.front() : std::to_string(mistakes.size()) + " mistakes";
}

RetryPolicy named(std::string_view name) {
  return named_retry_policy(name).value();
}

TEST(NamedRetryPolicy, RoomleIsOneAttemptAndThenTheEmail) {
  EXPECT_EQ(named("roomle").attempts, 1);
  EXPECT_EQ(RetryPolicy{}.attempts, 1);
  EXPECT_EQ(RetryPolicy{}.name, "roomle");
}

TEST(NamedRetryPolicy, SchedulesAreThePublishedOnes) {
  EXPECT_THAT(named("standard-webhooks").schedule,
              ElementsAre(5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h));
  EXPECT_EQ(named("standard-webhooks").attempts, 10);
  EXPECT_THAT(named("svix").schedule, ElementsAre(5s, 5min, 30min, 2h, 5h, 10h, 10h));
  EXPECT_EQ(named("svix").attempts, 8);
  EXPECT_DOUBLE_EQ(named("svix").jitter.minus, 0.2);
  EXPECT_DOUBLE_EQ(named("svix").jitter.plus, 0.2);
  EXPECT_EQ(named("convoy").schedule, std::vector<Duration>(10, 100s));
  EXPECT_EQ(named("convoy").attempts, 11);
  EXPECT_EQ(named("outpost").attempts, 11);
  EXPECT_EQ(named("outpost").backoff.first, 30s);
  EXPECT_DOUBLE_EQ(named("outpost").backoff.factor, 2);
  EXPECT_GE(named("outpost").backoff.max, 30s * (1 << 9));
  EXPECT_THAT(named("hook0").schedule, ElementsAre(3s, 10s, 3min, 30min, 1h, 3h, 5h, 10h));
  EXPECT_DOUBLE_EQ(named("hook0").jitter.minus, 0);
  EXPECT_DOUBLE_EQ(named("hook0").jitter.plus, 0.1);
}

TEST(NamedRetryPolicy, EachRepeatsAfterACrash) {
  for (const std::string_view name : retry_policy_names()) {
    EXPECT_EQ(named(name).on_crash, OnCrash::repeat) << name;
  }
}

TEST(NamedRetryPolicy, EachNameIsKnownAndKept) {
  for (const std::string_view name : retry_policy_names()) {
    EXPECT_EQ(named(name).name, name);
    EXPECT_THAT(read_policy("\"" + std::string(name) + "\"").mistakes, IsEmpty());
  }
  EXPECT_FALSE(named_retry_policy("Roomle").has_value());
}

TEST(ReadRetryPolicy, ReadsAttemptsAndBackoff) {
  const auto [policy, mistakes] = read_policy(
      R"({"attempts": 5, "backoff": {"first": "2s", "factor": 3, "max": "1h", "jitter": 0.2},
          "retryOn": ["5xx", 429, "timeout"], "retryAfter": {"max": "30m"}})");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(policy.name, "custom");
  EXPECT_EQ(policy.attempts, 5);
  EXPECT_TRUE(policy.schedule.empty());
  EXPECT_EQ(policy.backoff.first, 2s);
  EXPECT_DOUBLE_EQ(policy.backoff.factor, 3);
  EXPECT_EQ(policy.backoff.max, 1h);
  EXPECT_DOUBLE_EQ(policy.jitter.minus, 0);
  EXPECT_DOUBLE_EQ(policy.jitter.plus, 0.2);
  EXPECT_EQ(policy.retry_after_max, Duration(30min));
  ASSERT_EQ(policy.retry_on.size(), 3U);
  EXPECT_EQ(policy.retry_on[0].status_from, 500);
  EXPECT_EQ(policy.retry_on[0].status_to, 599);
  EXPECT_EQ(policy.retry_on[1].status_from, 429);
  EXPECT_EQ(policy.retry_on[1].status_to, 429);
  EXPECT_EQ(policy.retry_on[2].status_from, 0);
  EXPECT_EQ(policy.retry_on[2].reason, "timeout");
}

TEST(ReadRetryPolicy, CountsTheAttemptsOfASchedule) {
  const auto [policy, mistakes] = read_policy(R"({"schedule": ["5s", "5m", "1h"]})");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(policy.attempts, 4);
  EXPECT_THAT(policy.schedule, ElementsAre(5s, 5min, 1h));
  EXPECT_FALSE(policy.retry_after_max.has_value());
  EXPECT_THAT(read_policy(R"({"attempts": 2, "schedule": ["5s"]})").mistakes, IsEmpty());
}

TEST(ReadRetryPolicy, RefusesAttemptsThatContradictTheirSchedule) {
  EXPECT_EQ(mistake(R"({"attempts": 5, "schedule": ["5s"]})"),
            "1:14 the schedule gives 2 attempts");
  EXPECT_EQ(mistake(R"({"schedule": ["5s"], "backoff": {"first": "1s"}})"),
            "1:33 either a schedule or a backoff, not both");
}

TEST(ReadRetryPolicy, RefusesTooLittleToKnowWhen) {
  EXPECT_EQ(mistake("{}"), "1:1 a retry policy needs 'attempts' or 'schedule'");
  EXPECT_EQ(mistake(R"({"attempts": 3})"), "1:14 more than one attempt needs a 'backoff'");
  EXPECT_EQ(mistake(R"({"attempts": 3, "backoff": {}})"), "1:28 backoff needs the member 'first'");
  EXPECT_THAT(read_policy(R"({"attempts": 1})").mistakes, IsEmpty());
}

TEST(ReadRetryPolicy, RefusesNumbersOutOfRange) {
  EXPECT_EQ(mistake(R"({"attempts": 0})"), "1:14 0 is out of range");
  EXPECT_EQ(mistake(R"({"attempts": 1001})"), "1:14 1001 is out of range");
  EXPECT_EQ(mistake(R"({"attempts": 2, "backoff": {"first": "1s", "factor": 0.5}})"),
            "1:54 0.5 is out of range");
  EXPECT_EQ(mistake(R"({"schedule": ["1s"], "jitter": 1.5})"), "1:32 1.5 is out of range");
  EXPECT_EQ(mistake(R"({"schedule": ["1s"], "jitter": -0.1})"), "1:32 -0.1 is out of range");
  EXPECT_EQ(mistake(R"({"attempts": 2, "backoff": {"first": "2s", "max": "1s"}})"),
            "1:51 shorter than the first delay");
  EXPECT_EQ(mistake(R"({"schedule": []})"), "1:14 a schedule is an array of 1 to 999 delays");
  EXPECT_EQ(mistake(R"({"schedule": [5]})"),
            "1:15 a bare number is no duration: its unit is missing");
}

TEST(ReadRetryPolicy, ReadsJitterToBothSides) {
  const auto [policy, mistakes] =
      read_policy(R"({"schedule": ["1s"], "jitter": {"minus": 0.1, "plus": 0.3}})");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_DOUBLE_EQ(policy.jitter.minus, 0.1);
  EXPECT_DOUBLE_EQ(policy.jitter.plus, 0.3);
  EXPECT_EQ(mistake(R"({"attempts": 2, "jitter": 0, "backoff": {"first": "1s", "jitter": 0}})"),
            "1:27 jitter stands in backoff too");
}

std::vector<std::pair<int, int>> statuses(const std::string& list) {
  std::vector<std::pair<int, int>> found;
  const auto [policy, mistakes] = read_policy(R"({"schedule": ["1s"], "retryOn": )" + list + "}");
  EXPECT_THAT(mistakes, IsEmpty());
  for (const RetryOn& one : policy.retry_on) found.emplace_back(one.status_from, one.status_to);
  return found;
}

TEST(ReadRetryPolicy, ReadsKindsOfFailures) {
  EXPECT_THAT(statuses(R"(["3xx", "4xx", "5xx", 300, 599, "429"])"),
              ElementsAre(std::pair(300, 399), std::pair(400, 499), std::pair(500, 599),
                          std::pair(300, 300), std::pair(599, 599), std::pair(429, 429)));
  EXPECT_THAT(statuses(R"(["status"])"), ElementsAre(std::pair(300, 999)));
  for (const std::string_view word : failure_words()) {
    EXPECT_EQ(statuses("[\"" + std::string(word) + "\"]").size(), 1U) << word;
  }
}

TEST(ReadRetryPolicy, RefusesUnknownKindsOfFailures) {
  const auto with = [](const std::string& list) {
    return mistake(R"({"schedule": ["1s"], "retryOn": )" + list + "}");
  };
  EXPECT_EQ(with(R"(["timout"])"), "1:34 'timout' is not known here (did you mean 'timeout'?)");
  EXPECT_THAT(with(R"(["6xx"])"), HasSubstr("'6xx' is not known here"));
  EXPECT_THAT(with(R"(["204"])"), HasSubstr("'204' is not known here"));
  EXPECT_EQ(with("[200]"), "1:34 200 is out of range");
  EXPECT_EQ(with("[[]]"), "1:34 an array stands where a string is expected");
  EXPECT_EQ(with("[]"), "1:33 retryOn is an array of at least one kind of failure");
  EXPECT_EQ(with("\"5xx\""), "1:33 retryOn is an array of at least one kind of failure");
}

TEST(ReadRetryPolicy, RefusesUnknownNamesAndMembers) {
  EXPECT_EQ(mistake("\"svixx\""), "1:1 'svixx' is not known here (did you mean 'svix'?)");
  EXPECT_EQ(mistake("5"), "1:1 a number stands where a retry policy (an object) is expected");
  EXPECT_EQ(mistake(R"({"attempts": 1, "retryAftr": {}})"),
            "1:17 a retry policy has no member 'retryAftr' (did you mean 'retryAfter'?)");
  EXPECT_EQ(mistake(R"({"attempts": 1, "onCrash": "mial"})"),
            "1:28 'mial' is not known here (did you mean 'mail'?)");
  EXPECT_EQ(mistake(R"({"attempts": 1, "retryAfter": {}})"),
            "1:31 retryAfter needs the member 'max'");
}

TEST(ParseRetryPolicy, ReadsANameOrAnObjectFromTheCommandLine) {
  EXPECT_EQ(parse_retry_policy("svix")->attempts, 8);
  EXPECT_EQ(parse_retry_policy(R"({"schedule": ["5s"]})")->attempts, 2);
}

TEST(RetryPolicyReader, OnCrashSaysWhetherToRepeatOrToMail) {
  EXPECT_EQ(read_policy(R"({"attempts": 1})").value.on_crash, OnCrash::repeat);
  EXPECT_EQ(read_policy(R"({"attempts": 1, "onCrash": "repeat"})").value.on_crash, OnCrash::repeat);
  EXPECT_EQ(read_policy(R"({"schedule": ["5s"], "onCrash": "mail"})").value.on_crash,
            OnCrash::mail);
}

TEST(ParseRetryPolicy, TellsAMistakeAsOneOfUsage) {
  const Result<RetryPolicy> unknown = parse_retry_policy("swix");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::usage);
  EXPECT_THAT(unknown.error().message, HasSubstr("did you mean 'svix'?"));
  const Result<RetryPolicy> broken = parse_retry_policy("{\"schedule\": [5]}");
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, ErrorCode::usage);
  EXPECT_EQ(broken.error().message,
            "retry policy:1:15: a bare number is no duration: its unit is missing\n"
            "    1 | {\"schedule\": [5]}\n"
            "      |               ^\n"
            "      = a text with a unit, such as \"5s\" or \"5ms\"");
  EXPECT_FALSE(parse_retry_policy("{").ok());
  EXPECT_FALSE(parse_retry_policy("").ok());
}

}  // namespace
}  // namespace roomle_sim
