// Tells what an endpoint received: as lines for people, and as objects for --json.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "endpoint/server.h"

namespace roomle_sim {

// One request, in a few lines without newlines; what the request says is made printable.
std::vector<std::string> tell(const ReceivedRequest& request, const Console& console);

// {"type":"request",…}
nlohmann::ordered_json to_object(const ReceivedRequest& request);

// A connection that met a fault before a request was read from it: a line, and
// {"type":"connection",…}
std::string tell_connection(std::string_view met, TimePoint when, const Console& console);
nlohmann::ordered_json connection_object(std::string_view met, TimePoint when);

// "3 requests: 2 answered 503, 1 answered 200; 1 with problems"
std::string tell(const EndpointCounts& counts);

// {"type":"summary",…}
nlohmann::ordered_json to_object(const EndpointCounts& counts);

}  // namespace roomle_sim
