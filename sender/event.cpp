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

EventText::EventText(const Event& event) : type_(event.type), body_(event_body(event)) {}

std::optional<EventText> EventText::from_body(std::string body) {
  const auto tree = nlohmann::ordered_json::parse(body, nullptr, false);
  if (!tree.is_object() || !tree.contains("data")) return std::nullopt;
  const auto type = tree.find("event");
  if (type == tree.end() || !type->is_string()) return std::nullopt;
  return EventText(type->get<std::string>(), std::move(body));
}

Event EventText::parse() const {
  return {type_, std::move(nlohmann::ordered_json::parse(body_).at("data"))};
}

}  // namespace roomle_sim
