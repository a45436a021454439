// The rule of retry: whether a failed attempt is repeated, and after how long. Pure.
#pragma once

#include <optional>

#include "base/random.h"
#include "base/time.h"
#include "sender/transport.h"
#include "tenants/retry_policy.h"

namespace roomle_sim {

// What an attempt amounted to.
struct Verdict {
  bool success = false;
  std::optional<FailureReason> reason;  // nothing on success
  int status = 0;                       // 0 where no status line came
  // The request was wholly sent and no clear refusal (3xx, 4xx) came back: the tenant may have
  // acted on it, and the email that follows may be the customer's second.
  bool ambiguous = false;
  std::optional<Duration> retry_after;  // what a Retry-After header asked for, from now
  // Nobody saw how it ended: the simulator itself was ended meanwhile. It counts as made, as
  // ambiguous, and as `timeout`, since no complete response came in time.
  bool lost = false;
};

// Judges what the transport saw. Success: a complete response with status 200–299 (Webhook
// documentation: "on response status 300 or higher, a Roomle email is sent instead"; that
// everything else fails too is our assumption). `now` turns a Retry-After date into a wait.
Verdict judge(const AttemptResult& result, TimePoint now);

// The wait before the next attempt, or nothing when there is none: the policy's attempts are used
// up, or the failure is not one of its retryOn. Never shorter than the policy's delay less its
// jitter's `minus`; Retry-After can only lengthen it, up to retry_after_max.
std::optional<Duration> retry_delay(const RetryPolicy& policy, int attempts_made,
                                    const Verdict& failure, Random& random);

}  // namespace roomle_sim
