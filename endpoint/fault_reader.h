// Reading what may go wrong with an answer from JSON: the values of an entry's members. Each
// function reports every mistake at its place, and then gives what can be made of the rest.
#pragma once

#include <optional>

#include "base/json_reader.h"
#include "endpoint/behavior.h"

namespace roomle_sim {

// "200ms", {"uniform": {"lower": …, "upper": …}} or
// {"lognormal": {"median": …, "sigma": …, "max": …}}.
Delay read_delay(const JsonNode& node, Diagnostics& diagnostics);

// true, false, or {"at": WORD}.
Fault read_reset(const JsonNode& node, Diagnostics& diagnostics);
Fault read_malformed(const JsonNode& node, Diagnostics& diagnostics);

Pacing read_dribble(const JsonNode& node, Diagnostics& diagnostics);
Pacing read_slicer(const JsonNode& node, Diagnostics& diagnostics);
// "10KB/s"; 1 KB is 1000 bytes.
Pacing read_bandwidth(const JsonNode& node, Diagnostics& diagnostics);

RateLimit read_rate_limit(const JsonNode& node, Diagnostics& diagnostics);

// A URL for the status 302, or {"location": …, "status": …}: into status and headers of the plan.
void read_redirect(const JsonNode& node, Diagnostics& diagnostics, ResponsePlan& plan);

// `with_valid`: whether "valid" is one of the words.
TlsMode read_tls(const JsonNode& node, Diagnostics& diagnostics, bool with_valid);

// {"from": …, "until": …}, or an array of those.
std::vector<Outage> read_outages(const JsonNode& node, Diagnostics& diagnostics);

// Headers of a response into the plan; the framing's own are refused.
void read_headers(const JsonNode& node, Diagnostics& diagnostics, ResponsePlan& plan);
// A text, or anything else as JSON; with a Content-Type where the headers have none.
void read_body(const JsonNode& node, ResponsePlan& plan);

}  // namespace roomle_sim
