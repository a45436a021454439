// How often a failed POST is repeated, and when: data alone. The rule that reads it is
// sender/retry_rule.h.
//
// The vendor documents no retries (vendor.md): the default, `roomle`, is one attempt and then the
// email. The others are there to model what a tenant may know from elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/time.h"

namespace roomle_sim {

// Delays that grow: first, first*factor, first*factor^2, …, never above max.
struct Backoff {
  Duration first{0};
  double factor = 2;
  Duration max = std::chrono::hours(24);
};

// A delay d is drawn evenly from [d*(1-minus), d*(1+plus)]. Written as a bare number it only delays
// (minus 0); `minus` is there for services whose published schedule is "±".
struct Jitter {
  double minus = 0;
  double plus = 0;
};

// Which failures are worth another attempt: a status from–to, or a reason other than `status`.
struct RetryOn {
  int status_from = 0;  // 0: this entry names a reason
  int status_to = 0;
  std::string reason;  // one of sender's stable failure reasons, such as "timeout"
};

// What follows an attempt whose end nobody saw, since the simulator itself was ended meanwhile. The
// tenant may have acted on it.
enum class OnCrash {
  repeat,  // as after any failed attempt: the next one, if any is left
  mail,    // the email at once
};

struct RetryPolicy {
  std::string name = "roomle";     // as it was named, or "custom"
  int attempts = 1;                // at the most, the first one included; at least 1
  std::vector<Duration> schedule;  // the delay before attempt 2, 3, …; when empty, `backoff`
  Backoff backoff;
  Jitter jitter;
  std::vector<RetryOn> retry_on;            // empty: every failure
  std::optional<Duration> retry_after_max;  // nothing: the header Retry-After is not looked at
  OnCrash on_crash = OnCrash::repeat;
};

// roomle, standard-webhooks, svix, convoy, outpost, hook0.
const std::vector<std::string_view>& retry_policy_names();
std::optional<RetryPolicy> named_retry_policy(std::string_view name);

// The stable words for failures (design: "An attempt succeeds only when …"), that retryOn may name.
const std::vector<std::string_view>& failure_words();

// Reads a name, or an object:
//   {"attempts": 5, "backoff": {"first": "2s", "factor": 2, "max": "1h"}, "jitter": 0.2,
//    "retryOn": ["5xx", 429, "timeout"], "retryAfter": {"max": "1h"},
//    "onCrash": "mail"}   or   {"schedule": ["5s",
//    "5m"]}
// `jitter` may stand in `backoff` too.
RetryPolicy read_retry_policy(const JsonNode& node, Diagnostics& diagnostics);

// The same from a command line: a name, or such an object as text.
Result<RetryPolicy> parse_retry_policy(std::string_view text);

}  // namespace roomle_sim
