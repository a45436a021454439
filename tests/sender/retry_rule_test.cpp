#include "sender/retry_rule.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

AttemptResult response(int status, Headers headers = {}) {
  AttemptResult result;
  result.response = HttpResponse{status, std::move(headers), {}, false};
  result.request_sent = true;
  return result;
}

Verdict failed(FailureReason reason, int status = 0) {
  Verdict verdict;
  verdict.reason = reason;
  verdict.status = status;
  return verdict;
}

TEST(Judge, OnlyACompleteResponseFrom200To299Succeeds) {
  for (int status = 200; status < 600; ++status) {
    const Verdict verdict = judge(response(status), {});
    EXPECT_EQ(verdict.success, status <= 299) << status;
    if (!verdict.success) {
      EXPECT_EQ(verdict.reason, FailureReason::status) << status;
    }
  }
  EXPECT_FALSE(judge(response(199), {}).success);
  EXPECT_FALSE(judge(response(600), {}).success);
}

TEST(Judge, AResponseThatWasNotCompleteFailsAlthoughItsStatusWas200) {
  AttemptResult result = response(200);
  result.error = FailureReason::timeout;
  const Verdict verdict = judge(result, {});
  EXPECT_FALSE(verdict.success);
  EXPECT_EQ(verdict.reason, FailureReason::timeout);
  EXPECT_EQ(verdict.status, 200);
  EXPECT_TRUE(verdict.ambiguous);
}

TEST(Judge, AClearRefusalIsNotAmbiguousEverythingElseThatWasSentIs) {
  for (const int status : {300, 302, 400, 404, 429, 499}) {
    EXPECT_FALSE(judge(response(status), {}).ambiguous) << status;
  }
  for (const int status : {500, 503, 599}) EXPECT_TRUE(judge(response(status), {}).ambiguous);
  AttemptResult lost;
  lost.error = FailureReason::connection_closed;
  EXPECT_FALSE(judge(lost, {}).ambiguous) << "the request was not wholly sent";
  lost.request_sent = true;
  EXPECT_TRUE(judge(lost, {}).ambiguous);
  lost.error = FailureReason::tls_error;
  EXPECT_FALSE(judge(lost, {}).ambiguous) << "a certificate was refused, and the request not read";
}

TEST(Judge, AResultWithNothingInItIsAFailure) {
  const Verdict verdict = judge({}, {});
  EXPECT_FALSE(verdict.success);
  EXPECT_EQ(verdict.reason, FailureReason::malformed_response);
}

TEST(Judge, ReadsRetryAfterInSecondsAndAsADate) {
  const TimePoint now{std::chrono::seconds(784111777 - 30)};  // half a minute before the date below
  EXPECT_EQ(judge(response(503, {{"retry-after", "120"}}), now).retry_after, 120s);
  EXPECT_EQ(
      judge(response(503, {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}), now).retry_after,
      30s);
  EXPECT_EQ(
      judge(response(503, {{"Retry-After", "Sun, 06 Nov 1984 08:49:37 GMT"}}), now).retry_after,
      0s);
  EXPECT_GT(
      judge(response(503, {{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}), now).retry_after,
      24h * 365);
  for (const char* bad : {"", "soon", "-1", "-99999999999999999999", "12x", "1.5"}) {
    EXPECT_FALSE(judge(response(503, {{"Retry-After", bad}}), now).retry_after) << bad;
  }
  EXPECT_GT(judge(response(503, {{"Retry-After", "99999999999999999999"}}), now).retry_after, 1h);
}

TEST(RetryDelay, TheDefaultPolicyNeverRetries) {
  Random random(1);
  EXPECT_FALSE(retry_delay({}, 1, failed(FailureReason::timeout), random));
}

TEST(RetryDelay, BackoffGrowsUpToItsMaximum) {
  Random random(1);
  RetryPolicy policy;
  policy.attempts = 100'000;
  policy.backoff = {2s, 2, 1min};
  std::vector<Duration> waits;
  for (int made = 1; made <= 7; ++made) {
    waits.push_back(*retry_delay(policy, made, failed(FailureReason::timeout), random));
  }
  EXPECT_EQ(waits, (std::vector<Duration>{2s, 4s, 8s, 16s, 32s, 1min, 1min}));
  EXPECT_EQ(retry_delay(policy, 99'999, failed(FailureReason::timeout), random), 1min)
      << "the power is beyond every integer";
  policy.backoff.first = 0s;
  EXPECT_EQ(retry_delay(policy, 99'999, failed(FailureReason::timeout), random), 0s);
  EXPECT_FALSE(retry_delay(policy, 100'000, failed(FailureReason::timeout), random));
}

TEST(RetryDelay, RetryOnListsTheFailuresThatAreWorthIt) {
  Random random(1);
  RetryPolicy policy;
  policy.attempts = 5;
  policy.schedule = {1s, 1s, 1s, 1s};
  policy.retry_on = {{500, 599, ""}, {429, 429, ""}, {0, 0, "connect_refused"}};
  const auto retried = [&](const Verdict& verdict) {
    return retry_delay(policy, 1, verdict, random).has_value();
  };
  EXPECT_TRUE(retried(failed(FailureReason::status, 500)));
  EXPECT_TRUE(retried(failed(FailureReason::status, 599)));
  EXPECT_TRUE(retried(failed(FailureReason::status, 429)));
  EXPECT_TRUE(retried(failed(FailureReason::connect_refused)));
  EXPECT_FALSE(retried(failed(FailureReason::status, 404)));
  EXPECT_FALSE(retried(failed(FailureReason::timeout)));
  EXPECT_FALSE(retried(failed(FailureReason::timeout, 503))) << "it timed out, whatever its status";
}

TEST(RetryDelay, RetryAfterOnlyDelaysAndOnlyUpToItsMaximum) {
  Random random(1);
  RetryPolicy policy;
  policy.attempts = 2;
  policy.schedule = {10s};
  Verdict busy = failed(FailureReason::status, 503);
  busy.retry_after = 30s;
  EXPECT_EQ(retry_delay(policy, 1, busy, random), 10s) << "not looked at unless the policy says so";
  policy.retry_after_max = 20s;
  EXPECT_EQ(retry_delay(policy, 1, busy, random), 20s);
  policy.retry_after_max = 1h;
  EXPECT_EQ(retry_delay(policy, 1, busy, random), 30s);
  busy.retry_after = 1s;
  EXPECT_EQ(retry_delay(policy, 1, busy, random), 10s);
}

TEST(RetryDelay, JitterStaysWithinItsBounds) {
  const std::uint64_t seed = std::random_device()();
  fmt::print("seed {}\n", seed);
  Random random(seed);
  RetryPolicy policy;
  policy.attempts = 2;
  policy.schedule = {100s};
  policy.jitter = {0, 0.2};
  Duration least = 1h;
  Duration most{0};
  for (int i = 0; i < 10'000; ++i) {
    const Duration wait = *retry_delay(policy, 1, failed(FailureReason::timeout), random);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, 100s);
  EXPECT_LE(most, 120s);
  EXPECT_LT(least, 101s) << "the range is used";
  EXPECT_GT(most, 119s);
}

}  // namespace
}  // namespace roomle_sim
