#include "cli/stream_story.h"

#include <fmt/format.h>

#include "cli/client.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using Style = Console::Style;

// "22:08:06.846" of a timestamp: a tail is looked at as it happens.
std::string time_of_day(const std::string& at) {
  const std::size_t t = at.find('T');
  return printable(t == std::string::npos ? at : at.substr(t + 1));
}

std::string attempt_result(AnswerReader& data, const Console& console) {
  const bool success = data.flag("success");
  const std::int64_t status = data.number_or("status");
  const std::string reason = printable(data.text_or("reason", "failed"));
  const bool answered = success || reason == "status";
  return fmt::format("attempt {} <- {}{}", data.number("number"),
                     console.styled(answered ? fmt::format("{}", status) : reason,
                                    success ? Style::good : Style::bad),
                     data.flag_or("ambiguous") ? ", ambiguous" : "");
}

std::string ended(AnswerReader& data, const Console& console) {
  const std::string outcome = printable(data.text("outcome"));
  return fmt::format("{} after {}",
                     console.styled(outcome, outcome == "delivered" ? Style::good : Style::bad),
                     plural(data.number("attempts"), "attempt"));
}

// What happened, in a few words; the type's name where it is not known.
std::string words_of(std::string_view type, AnswerReader& data, const Console& console) {
  if (type == "accepted") {
    return fmt::format(
        "accepted: {} for tenant {}{}", printable(data.text("event")), data.number("tenant"),
        data.has("notBefore") ? ", begins at " + time_of_day(data.text("notBefore")) : "");
  }
  if (type == "attempt_started") return fmt::format("attempt {} begins", data.number("number"));
  if (type == "attempt_finished") return attempt_result(data, console);
  if (type == "retry_scheduled") {
    return fmt::format("attempt {} at {}", data.number("number"), time_of_day(data.text("due")));
  }
  if (type == "mail_started") {
    return fmt::format("Roomle's own email: {}", printable(data.text_or("cause")));
  }
  if (type == "mail_finished") {
    return data.flag("handedOver") ? "mail handed over" : console.styled("no mail", Style::bad);
  }
  if (type == "ended") return ended(data, console);
  return printable(type);
}

}  // namespace

std::optional<StreamLines> tell_stream_event(std::string_view type, const ordered_json& data,
                                             const Console& console) {
  AnswerReader reader(data);
  StreamLines told;
  if (!reader.ok()) return std::nullopt;
  told.object = typed_object(std::string(type).c_str(), data);
  if (type == "gap") {
    told.messages.push_back(printable(reader.text_or("message", "some events are missing here")));
    return reader.ok() ? std::optional(told) : std::nullopt;
  }
  const std::string at = time_of_day(reader.text("at"));
  const std::string delivery = printable(reader.text("delivery"));
  told.lines.push_back(fmt::format("{}  {}  {}", console.styled(at, Style::dim), delivery,
                                   words_of(type, reader, console)));
  return reader.ok() ? std::optional(told) : std::nullopt;
}

}  // namespace roomle_sim
