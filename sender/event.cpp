#include "sender/event.h"

namespace roomle_sim {

std::string Event::email() const {
  const auto found = data.find("email");
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string event_body(const Event& event) {
  nlohmann::ordered_json body;
  body["event"] = event.type;
  body["data"] = event.data;
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace roomle_sim
