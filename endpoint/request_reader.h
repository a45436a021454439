// Reads one request from a connection, within its limits.
#pragma once

#include "endpoint/byte_budget.h"
#include "endpoint/connection.h"
#include "endpoint/http_listener.h"

namespace roomle_sim {

// False where the connection ended before there was a request. What could not be read, or is larger
// or slower than the limits, has `refusal` set, and as much of the rest as is known.
// `share`: of the bytes that all requests' bodies may have; taken as they come.
bool read_request(Connection& connection, const HttpLimits& limits, BudgetShare& share,
                  HttpRequest& request);

}  // namespace roomle_sim
