// An event as it is POSTed (Webhook documentation: a body of exactly `event` and `data`).
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace roomle_sim {

struct Event {
  std::string type;             // a catalogue name, such as "email.savedConfiguration"
  nlohmann::ordered_json data;  // an object, its members in the vendor's order

  // data.email, or an empty text.
  [[nodiscard]] std::string email() const;
};

// The body of the POST: {"event":…,"data":{…}} in the vendor's member order, without white space.
std::string event_body(const Event& event);

}  // namespace roomle_sim
