#include "sender/event.h"

#include "base/json_text.h"

namespace roomle_sim {

std::string Event::email() const {
  const auto found = data.find("email");
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string event_body(const Event& event) {
  nlohmann::ordered_json body;
  body["event"] = event.type;
  body["data"] = event.data;
  return json_text(body);
}

EventText::EventText(const Event& event)
    : type_(event.type),
      body_(event_body(event)),
      message_(event.message),
      language_(event.language) {}

std::optional<EventText> EventText::from_body(std::string body, std::string message,
                                              std::string language) {
  const auto tree = json_from(body);
  if (!tree.is_object() || !tree.contains("data")) return std::nullopt;
  const auto type = tree.find("event");
  if (type == tree.end() || !type->is_string()) return std::nullopt;
  return EventText(type->get<std::string>(), std::move(body), std::move(message),
                   std::move(language));
}

std::optional<EventText> EventText::stored(std::string type, std::string body, std::string message,
                                           std::string language) {
  if (!body.starts_with('{') || !nlohmann::ordered_json::accept(body)) return std::nullopt;
  return EventText(std::move(type), std::move(body), std::move(message), std::move(language));
}

Event EventText::parse() const {
  nlohmann::ordered_json tree = json_from(body_);
  const auto data = tree.find("data");
  return {type_, data == tree.end() ? nlohmann::ordered_json::object() : std::move(*data), message_,
          language_};
}

}  // namespace roomle_sim
