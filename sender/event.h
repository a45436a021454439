// An event as it is POSTed (Webhook documentation: a body of exactly `event` and `data`).
#pragma once

#include <optional>
#include <string>
#include <utility>

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

// An event as the text that is POSTed, which takes a third of the memory of its tree: so a hundred
// thousand deliveries can be open. Immutable: any number of threads may share one.
class EventText {
 public:
  explicit EventText(const Event& event);
  // A body that event_body() has made before. Nothing where it is none.
  static std::optional<EventText> from_body(std::string body);
  // What type() and body() gave before: kept apart, so that nothing needs parsing.
  static EventText stored(std::string type, std::string body) {
    return {std::move(type), std::move(body)};
  }

  [[nodiscard]] const std::string& type() const { return type_; }
  [[nodiscard]] const std::string& body() const { return body_; }
  // The tree again, at the cost of parsing it.
  [[nodiscard]] Event parse() const;
  // data.email, or an empty text. Parses.
  [[nodiscard]] std::string email() const { return parse().email(); }

 private:
  EventText(std::string type, std::string body) : type_(std::move(type)), body_(std::move(body)) {}

  std::string type_;
  std::string body_;
};

}  // namespace roomle_sim
