#include "cli/endpoint_story.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using Style = Console::Style;

constexpr std::string_view kDetailIndent = "    ";

std::string member(const ordered_json& data, std::string_view name) {
  if (!data.is_object()) return {};
  const auto found = data.find(std::string(name));
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "email.savedConfiguration for customer@example.com", and what it is about.
std::string headline(const ReceivedRequest& request) {
  if (request.method.empty()) return "no HTTP request";
  if (request.event.empty()) return fmt::format("{} {}", request.method, request.target);
  std::string text = request.event;
  const std::string email = member(request.data, "email");
  if (!email.empty()) text += fmt::format(" for {}", email);
  return text;
}

std::vector<std::string> details(const ReceivedRequest& request) {
  std::vector<std::string> lines;
  for (const std::string_view name : {"configurationId", "itemId", "url", "resultUrl"}) {
    const std::string value = member(request.data, name);
    if (!value.empty()) lines.push_back(fmt::format("{} {}", name, value));
  }
  const bool failed = request.data.is_object() && request.data.contains("success") &&
                      request.data["success"] == false;
  if (failed) lines.emplace_back("success false: the processing failed in the Roomle API");
  return lines;
}

std::string verdict_text(const ReceivedRequest& request) {
  switch (request.token.verdict) {
    case TokenVerdict::missing:
      return "none";
    case TokenVerdict::unreadable:
      return "cannot be read with the secrets given here (see --secret and --tenants)";
    case TokenVerdict::authenticated:
      return request.tenant_id ? fmt::format("authenticated, tenant {}", *request.tenant_id)
                               : "authenticated";
    case TokenVerdict::default_secret:
      return "default secret, so it authenticates nobody";
    case TokenVerdict::wrong_api_key:
      return "not authenticated: of another apiKey";
    case TokenVerdict::unencrypted:
      return "not encrypted, so it authenticates nobody";
  }
  return {};
}

std::string token_line(const ReceivedRequest& request, const Console& console) {
  const bool good = request.token.verdict == TokenVerdict::authenticated;
  const bool neutral = request.token.verdict == TokenVerdict::default_secret;
  std::string text =
      fmt::format("token: {}", console.styled(verdict_text(request), good      ? Style::good
                                                                     : neutral ? Style::plain
                                                                               : Style::bad));
  if (const auto& content = request.token.content) {
    text += printable(fmt::format(" ({}; session {}; apiKey {})", content->timestamp,
                                  content->session_token, content->api_key));
  }
  return text;
}

std::string answer_line(const ReceivedRequest& request, const Console& console) {
  const ResponsePlan& plan = request.plan;
  const std::string word = answer_word(plan);
  // Nothing but a status that says so: whatever else there is makes it a fault.
  const bool good = word.size() == 3 && plan.status < 300;
  std::string text =
      fmt::format("answered: {}", console.styled(word, good ? Style::good : Style::bad));
  if (plan.delay > Duration::zero()) text += fmt::format(" after {}", humanize(plan.delay));
  return text;
}

ordered_json token_object(const ReceivedToken& token) {
  ordered_json object = {{"verdict", verdict_word(token.verdict)}, {"header", token.header}};
  object.update(token_members(token));
  if (token.error) object["error"] = token.error->message;
  return object;
}

ordered_json answer_object(const ResponsePlan& plan) {
  ordered_json object = {{"word", answer_word(plan)}};
  if (plan.has_status()) object["status"] = plan.status;
  object["delayMs"] = to_milliseconds(plan.delay);
  object["unexpected"] = plan.unexpected;
  return object;
}

// One member a name; equal names in one text, as RFC 9110 (5.2) allows.
ordered_json headers_object(const Headers& headers) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, value] : headers) {
    if (object.contains(name)) {
      object[name] = object[name].get<std::string>() + ", " + value;
    } else {
      object[name] = value;
    }
  }
  return object;
}

}  // namespace

std::vector<std::string> tell(const ReceivedRequest& request, const Console& console) {
  const std::string time = format_timestamp(request.time).substr(11);  // without the date
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}  #{} {}", time, request.number,
                              console.styled(printable(headline(request)), Style::bold)));
  for (const std::string& detail : details(request)) {
    lines.push_back(fmt::format("{}{}", kDetailIndent, printable(detail)));
  }
  if (request.method == "POST" && !request.token.header.empty()) {
    lines.push_back(fmt::format("{}{}", kDetailIndent, token_line(request, console)));
  }
  for (const std::string& problem : request.problems) {
    lines.push_back(fmt::format("{}{} {}", kDetailIndent, console.styled("problem:", Style::bad),
                                printable(problem)));
  }
  lines.push_back(fmt::format("{}{}", kDetailIndent, answer_line(request, console)));
  return lines;
}

ordered_json to_object(const ReceivedRequest& request) {
  return {{"type", "request"},
          {"number", request.number},
          {"time", format_timestamp(request.time)},
          {"method", request.method},
          {"target", request.target},
          {"event", request.event.empty() ? ordered_json() : ordered_json(request.event)},
          {"data", request.data},
          {"tenant", request.tenant_id ? ordered_json(*request.tenant_id) : ordered_json()},
          {"token", token_object(request.token)},
          {"problems", request.problems},
          {"answer", answer_object(request.plan)},
          {"headers", headers_object(request.headers)},
          {"body", request.body}};
}

std::string tell_connection(std::string_view met, TimePoint when, const Console& console) {
  const std::string time = format_timestamp(when).substr(11);
  if (met == kPlainHttp) {
    return fmt::format("{}  a connection was {}", time,
                       console.styled("plain HTTP on a TLS port", Style::bad));
  }
  return fmt::format("{}  a connection met: {}", time, console.styled(met, Style::bad));
}

ordered_json connection_object(std::string_view met, TimePoint when) {
  return {{"type", "connection"}, {"time", format_timestamp(when)}, {"met", met}};
}

std::string tell(const EndpointCounts& counts) {
  std::string text = plural(counts.handled, "request");
  const char* separator = ": ";
  for (const auto& [word, count] : counts.answers) {
    text += fmt::format("{}{} answered {}", separator, count, word);
    separator = ", ";
  }
  for (const auto& [word, count] : counts.connections) {
    text += fmt::format("; {} met {}", plural(count, "connection"), word);
  }
  if (counts.unexpected > 0) text += fmt::format("; {} unexpected", counts.unexpected);
  if (counts.with_problems > 0) text += fmt::format("; {} with problems", counts.with_problems);
  return text;
}

ordered_json to_object(const EndpointCounts& counts) {
  return {{"type", "summary"},
          {"handled", counts.handled},
          {"unexpected", counts.unexpected},
          {"withProblems", counts.with_problems},
          {"answers", counts.answers},
          {"connections", counts.connections}};
}

}  // namespace roomle_sim
