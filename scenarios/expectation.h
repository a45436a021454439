// What a scenario's `expect` says, as checks on an observation.
//
// What happened is first told as JSON (scenarios/observation.h); an expectation is then a list of
// matchers, each with the place in that JSON and the place in the file. Immutable once read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json_reader.h"
#include "base/time.h"
#include "scenarios/matcher.h"
#include "scenarios/step_origin.h"

namespace roomle_sim {

struct Check {
  enum class On {
    delivery,      // `pointer` starts at the observation
    each_request,  // at each of the requests that the endpoint received of this delivery; one is
                   // needed
    each_mail,     // at each of its mails; one is needed
  };
  On on = On::delivery;
  std::string name;  // as the file has it: "received.token.apiKey"
  nlohmann::json::json_pointer pointer;
  Matcher matcher;
  // Judged by what the built-in endpoint saw; with an external endpoint nobody knows it.
  bool needs_endpoint = false;
};

struct Expectation {
  Location where;
  StepOriginPtr origin;
  // The position among the scenario's sends; nothing where all of them are meant (`total`).
  std::optional<std::size_t> send;
  std::vector<Check> checks;
  // The time since the scenario's begin at which it is judged, as things stand then. Nothing: once
  // the delivery has ended.
  std::optional<Duration> at;
  // All of it must hold together at some moment within this time since the send (with `total`:
  // since the scenario's begin), whether the delivery has ended or not.
  std::optional<Duration> within;

  // About all sends so far.
  [[nodiscard]] bool about_all() const;
  [[nodiscard]] bool expects_refusal() const;
};

// Reads the object behind "expect". `of`, the times and the sends are the caller's. `endpoints`:
// the names that the built-in endpoints have; none: nobody knows.
Expectation read_expectation(ObjectReader& object, const std::vector<std::string_view>& endpoints);

}  // namespace roomle_sim
