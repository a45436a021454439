// Reads one request from a connection, within its limits.
#pragma once

#include "endpoint/connection.h"
#include "endpoint/http_listener.h"

namespace roomle_sim {

// False where the connection ended before there was a request. What could not be read, or is larger
// or slower than the limits, has `refusal` set, and as much of the rest as is known.
bool read_request(Connection& connection, const HttpLimits& limits, HttpRequest& request);

}  // namespace roomle_sim
