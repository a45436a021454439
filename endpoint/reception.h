// What happens to a request between its reading and its answer, however it came: over a socket
// (endpoint/server.h) or without one (endpoint/virtual_endpoint.h).
#pragma once

#include <optional>

#include "base/time.h"
#include "endpoint/behavior.h"
#include "endpoint/http_listener.h"
#include "endpoint/received.h"
#include "endpoint/response_bytes.h"
#include "endpoint/verification.h"

namespace roomle_sim {

struct Reception {
  ReceivedRequest request;   // checked; `plan` stands where the request takes no entry
  bool takes_entry = false;  // a POST that could be read takes one of the behaviour's entries
  ResponseContext context;   // for the script of its answer
};

// Takes target, headers and body out of `request`. Pure.
Reception receive(HttpRequest& request, TimePoint time, const Verification& verification);

// Draws the plan where the request takes an entry. What is unexpected becomes one of its problems.
void draw_plan(Reception& reception, BehaviorState& behavior);

}  // namespace roomle_sim
