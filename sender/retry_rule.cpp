#include "sender/retry_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

#include "tenants/header_name.h"

namespace roomle_sim {
namespace {

constexpr std::int64_t kMostSeconds = 100LL * 366 * 86'400;

// RFC 9110, 10.2.3: a number of seconds, or an HTTP date. In whole seconds until it is known to
// fit: the year 9999 is beyond what nanoseconds can count.
std::optional<Duration> parse_retry_after(const std::string& value, TimePoint now) {
  std::int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, seconds);
  if (stop == end && !value.empty() && value.front() != '-') {
    if (error == std::errc::result_out_of_range) seconds = kMostSeconds;
    return std::chrono::seconds(std::min(seconds, kMostSeconds));
  }
  std::tm date{};
  const char* rest = strptime(value.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const auto from =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(timegm(&date) - from, 0, kMostSeconds));
}

std::optional<Duration> retry_after_of(const HttpResponse& response, TimePoint now) {
  for (const auto& [name, value] : response.headers) {
    if (same_header_name(name, "Retry-After")) return parse_retry_after(value, now);
  }
  return std::nullopt;
}

bool matches(const RetryOn& on, const Verdict& failure) {
  if (on.status_from == 0) {
    return failure.reason && failure_word(*failure.reason) == on.reason;
  }
  return failure.reason == FailureReason::status && failure.status >= on.status_from &&
         failure.status <= on.status_to;
}

// The delay before attempt `attempts_made` + 1, without jitter.
Duration base_delay(const RetryPolicy& policy, int attempts_made) {
  if (!policy.schedule.empty()) {
    const auto index = static_cast<std::size_t>(attempts_made - 1);
    return policy.schedule[std::min(index, policy.schedule.size() - 1)];
  }
  if (policy.backoff.first <= Duration(0)) return Duration(0);  // 0 · ∞ is no number
  const double grown = static_cast<double>(policy.backoff.first.count()) *
                       std::pow(policy.backoff.factor, attempts_made - 1);
  // In floating point until it is known to fit: the power may be beyond every integer.
  const auto most = static_cast<double>(policy.backoff.max.count());
  return grown < most ? Duration(std::llround(grown)) : policy.backoff.max;
}

Duration with_jitter(Duration delay, const Jitter& jitter, Random& random) {
  if (jitter.minus == 0 && jitter.plus == 0) return delay;
  const double share = random.uniform() * (jitter.minus + jitter.plus) - jitter.minus;
  return delay + Duration(std::llround(static_cast<double>(delay.count()) * share));
}

}  // namespace

Verdict judge(const AttemptResult& result, TimePoint now) {
  Verdict verdict;
  if (result.response) {
    verdict.status = result.response->status;
    verdict.retry_after = retry_after_of(*result.response, now);
  }
  const bool complete = !result.error && result.response.has_value();
  if (complete && verdict.status >= 200 && verdict.status <= 299) {
    verdict.success = true;
    return verdict;
  }
  verdict.reason =
      complete ? FailureReason::status : result.error.value_or(FailureReason::malformed_response);
  const bool refused = complete && verdict.status >= 300 && verdict.status <= 499;
  // With TLS 1.3 a peer refuses our certificate after the request has left, and without reading it.
  const bool unread = result.error == FailureReason::tls_error;
  verdict.ambiguous = result.request_sent && !refused && !unread;
  return verdict;
}

std::optional<Duration> retry_delay(const RetryPolicy& policy, int attempts_made,
                                    const Verdict& failure, Random& random) {
  if (attempts_made >= policy.attempts) return std::nullopt;
  const bool listed = std::any_of(policy.retry_on.begin(), policy.retry_on.end(),
                                  [&](const RetryOn& on) { return matches(on, failure); });
  if (!policy.retry_on.empty() && !listed) return std::nullopt;
  const Duration delay = with_jitter(base_delay(policy, attempts_made), policy.jitter, random);
  if (!policy.retry_after_max || !failure.retry_after) return delay;
  return std::max(delay, std::min(*failure.retry_after, *policy.retry_after_max));
}

}  // namespace roomle_sim
