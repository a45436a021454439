// What a route answers when Dispatcher::submit() refuses.
#pragma once

#include "base/result.h"
#include "service/http_message.h"

namespace roomle_sim {

// busy: 429 with Retry-After; bad_input: 413, the event is too large; usage: 409, the tenant is
// inactive (an unknown one was told before); unavailable: 503, the journal has failed or the
// service ends.
ApiProblem submit_problem(const Error& error);

}  // namespace roomle_sim
