// What a running scenario has noted for later: texts that were deferred (base/json_reader.h) are
// filled in from it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "base/diagnostics.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "scenarios/expectation.h"

namespace roomle_sim {

// One value that a step {"capture": {…}} notes.
struct Capture {
  Location where;
  std::string name;
  nlohmann::json::json_pointer pointer;  // into the observation of the delivery
  // Of a text, what this finds: its first group, or all of it where it has none. Null: the value.
  std::shared_ptr<const re2::RE2> pattern;
  // Judged by what the built-in endpoint saw.
  [[nodiscard]] bool needs_endpoint() const;
};

// Reads the object behind "capture".
std::vector<Capture> read_captures(const JsonNode& node, Diagnostics& diagnostics);

// Threads: none.
class Captures {
 public:
  void set(const std::string& name, nlohmann::json value);
  // The name was to be noted, but only an endpoint of ours could have told its value.
  void set_unknown(const std::string& name) { unknown_.insert(name); }

  // The value that the capture finds, or why there is none (a sentence).
  static Result<nlohmann::json, std::string> find(const Capture& capture,
                                                  const nlohmann::json& observation);

  struct Missing {
    std::string name;
    bool unknown = false;  // rather than never found
  };
  // The value of a deferred text: what it refers to, or the text with that filled in.
  [[nodiscard]] Result<nlohmann::json, Missing> fill(const std::string& text) const;
  // An event's data with its deferred members filled in.
  [[nodiscard]] Result<nlohmann::ordered_json, Missing> fill_data(const JsonNode& data) const;
  // The same of all matchers of a check.
  [[nodiscard]] Result<Check, Missing> fill(const Check& check) const;

 private:
  [[nodiscard]] std::optional<Missing> fill(Matcher& matcher) const;

  std::map<std::string, nlohmann::json> values_;
  std::set<std::string> unknown_;
};

}  // namespace roomle_sim
