// Acts a response plan out on a connection.
#pragma once

#include "endpoint/behavior.h"
#include "endpoint/connection.h"
#include "endpoint/response_bytes.h"

namespace roomle_sim {

// Takes as long as the plan wants, or until the connection ends. Whether it may be used again.
bool act(const ResponsePlan& plan, const ResponseContext& context, Connection& connection);

}  // namespace roomle_sim
