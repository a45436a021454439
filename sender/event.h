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
  // The customer's own words for the mail (pages "Configuration" and "PlanSnapshot": `message`).
  // Never POSTed: the body has exactly `event` and `data`.
  std::string message{};
  // The customer's, for the mail alone (the vendor's client sends it as the header `language`),
  // such as "de" or "en-US"; empty: the tenant's.
  std::string language{};

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
  static std::optional<EventText> from_body(std::string body, std::string message = {},
                                            std::string language = {});
  // What type(), body(), message() and language() gave before: kept apart, so that no tree needs
  // building. Only that the body is a JSON object's text is looked at; nothing where it is not.
  static std::optional<EventText> stored(std::string type, std::string body, std::string message,
                                         std::string language);

  [[nodiscard]] const std::string& type() const { return type_; }
  [[nodiscard]] const std::string& body() const { return body_; }
  // Both for the mail alone.
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::string& language() const { return language_; }
  // Bytes of all texts.
  [[nodiscard]] std::size_t size() const {
    return type_.size() + body_.size() + message_.size() + language_.size();
  }
  // The tree again, at the cost of parsing it.
  [[nodiscard]] Event parse() const;
  // data.email, or an empty text. Parses.
  [[nodiscard]] std::string email() const { return parse().email(); }

 private:
  EventText(std::string type, std::string body, std::string message, std::string language)
      : type_(std::move(type)),
        body_(std::move(body)),
        message_(std::move(message)),
        language_(std::move(language)) {}

  std::string type_;
  std::string body_;
  std::string message_;
  std::string language_;
};

}  // namespace roomle_sim
