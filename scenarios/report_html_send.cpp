#include <algorithm>

#include <fmt/format.h>

#include "base/credential_names.h"
#include "base/json_text.h"
#include "base/time.h"
#include "scenarios/curl_command.h"
#include "scenarios/report_html_parts.h"
#include "scenarios/report_text.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownText = 20'000;
constexpr std::size_t kShownAttempts = 50;

std::string headers_table(const ordered_json& headers) {
  std::string rows;
  for (const auto& header : headers) {
    rows +=
        fmt::format("<tr><th>{}</th><td>{}</td></tr>", xml_escape(header.at(0).get<std::string>()),
                    xml_escape(header.at(1).get<std::string>()));
  }
  return rows.empty() ? std::string() : fmt::format("<table class=\"headers\">{}</table>\n", rows);
}

std::string request_html(const ordered_json& attempt) {
  const auto request = attempt.find("request");
  if (request == attempt.end()) return {};
  std::string html = fmt::format("<div><h5>Request</h5>\n<p class=\"url\">POST {}</p>\n",
                                 xml_escape(text_of(*request, "url")));
  html += headers_table(request->at("headers"));
  return html + html_code(text_of(*request, "body")) + "</div>\n";
}

std::string response_html(const ordered_json& attempt) {
  const auto response = attempt.find("response");
  std::string html = "<div><h5>Response</h5>\n";
  if (response == attempt.end()) {
    const std::string detail = text_of(attempt, "detail");
    return html + fmt::format("<p>none: {}{}</p></div>\n",
                              xml_escape(attempt.contains("reason") ? text_of(attempt, "reason")
                                                                    : "it did not end"),
                              detail.empty() ? "" : fmt::format(" ({})", xml_escape(detail)));
  }
  html += fmt::format("<p class=\"url\">{}</p>\n", number_of(*response, "status"));
  html += headers_table(response->at("headers"));
  html += html_code(text_of(*response, "body"));
  if (const std::string detail = text_of(attempt, "detail"); !detail.empty()) {
    html += fmt::format("<p class=\"note\">{}</p>\n", xml_escape(detail));
  }
  if (flag_of(*response, "bodyCut")) html += "<p class=\"note\">There was more.</p>\n";
  return html + "</div>\n";
}

std::string token_html(const ordered_json& attempt) {
  const auto token = attempt.find("token");
  if (token == attempt.end()) return {};
  std::string html = "<h5>Token</h5>\n<table class=\"headers\">";
  const auto row = [&](std::string_view name, const std::string& value) {
    html += fmt::format("<tr><th>{}</th><td>{}</td></tr>", name, xml_escape(value));
  };
  row("header", text_of(*token, "header"));
  row("value", text_of(*token, "value"));
  row("decrypted", text_of(*token, "plaintext"));
  if (const auto received = attempt.find("received"); received != attempt.end()) {
    row("the endpoint says", text_of(received->at("token"), "verdict"));
    row("its answer", text_of(*received, "answer"));
    for (const auto& problem : received->at("problems")) row("problem", problem.get<std::string>());
  }
  return html + "</table>\n";
}

std::string attempt_html(const ordered_json& attempt, bool open) {
  std::string head = fmt::format("Attempt {}: ", number_of(attempt, "number"));
  head += result_of_attempt(attempt);
  if (attempt.contains("durationMs")) {
    head += fmt::format(" after {}", human(number_of(attempt, "durationMs")));
  }
  std::string html =
      fmt::format("<details{}><summary>{}{}</summary>\n", open ? " open" : "", xml_escape(head),
                  flag_of(attempt, "ambiguous")
                      ? " <span class=\"unsure\">the tenant may have acted on it</span>"
                      : "");
  html +=
      "<div class=\"exchange\">\n" + request_html(attempt) + response_html(attempt) + "</div>\n";
  html += token_html(attempt);
  if (attempt.contains("curl")) {
    html += fmt::format(
        "<h5>The same POST{}</h5>\n<pre class=\"command\">{}</pre>\n",
        attempt.at("request").at("builtIn").get<bool>() ? " (WEBHOOK: your endpoint's URL)" : "",
        xml_escape(text_of(attempt, "curl")));
    if (text_of(attempt.at("request"), "body").find(kMasked) != std::string::npos) {
      html += fmt::format("<p>{}</p>\n", xml_escape(kNotTheSamePost));
    }
  }
  return html + "</details>\n";
}

// The first ones, and the last, which says how it ended.
std::string attempts_html(const ordered_json& attempts, Unfolded unfolded) {
  const std::size_t count = attempts.size();
  const std::size_t left_out = count - std::min(count, kShownAttempts);
  std::string html;
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    if (last && left_out > 0) {
      html += fmt::format("<p class=\"note\">{} attempt{} left out here</p>\n", left_out,
                          left_out == 1 ? " is" : "s are");
    }
    if (!last && i + 1 >= kShownAttempts) continue;
    html += attempt_html(attempts[i], (unfolded == Unfolded::last && last) ||
                                          (unfolded == Unfolded::only_one && count == 1));
  }
  return html;
}

std::string mail_html(const ordered_json& mail) {
  std::string recipients;
  for (const auto& one : mail.value("to", ordered_json::array())) {
    recipients += (recipients.empty() ? "" : ", ") + one.get<std::string>();
  }
  std::string html = "<details open class=\"mail\"><summary>The Roomle email</summary>\n";
  html += fmt::format(
      "<table class=\"headers\"><tr><th>From</th><td>{} &lt;{}&gt;</td></tr><tr><th>To</th><td>{}"
      "</td></tr><tr><th>Subject</th><td>{}</td></tr></table>\n",
      xml_escape(text_of(mail, "fromName")), xml_escape(text_of(mail, "from")),
      xml_escape(recipients), xml_escape(text_of(mail, "subject")));
  if (const std::string body = text_of(mail, "html"); !body.empty()) {
    html += fmt::format("<iframe sandbox=\"\" title=\"the mail\" srcdoc=\"{}\"></iframe>\n",
                        xml_escape(body));
  }
  html += fmt::format("<details><summary>As text</summary><pre>{}</pre></details>\n",
                      xml_escape(text_of(mail, "text")));
  html += "<details><summary>All headers</summary>\n<table class=\"headers\">";
  const ordered_json headers = mail.value("headers", ordered_json::object());
  for (const auto& [name, value] : headers.items()) {
    html +=
        fmt::format("<tr><th>{}</th><td>{}</td></tr>", xml_escape(name),
                    xml_escape(value.is_string() ? value.get<std::string>() : json_text(value)));
  }
  return html + "</table></details></details>\n";
}

std::string heading(const ordered_json& send) {
  const auto& tenant = send.at("tenant");
  const std::string outcome = send.contains("refused")         ? "refused"
                              : send.at("outcome").is_string() ? text_of(send, "outcome")
                                                               : "open";
  std::string html = fmt::format(
      "<h4><span class=\"outcome {0}\">{0}</span> {1}{2}</h4>\n<p class=\"facts\">to {3} · tenant "
      "{4} "
      "({5}) · line {6}",
      outcome, xml_escape(text_of(send, "event")),
      send.contains("as") ? fmt::format(" “{}”", xml_escape(text_of(send, "as"))) : "",
      xml_escape(text_of(send, "to")), number_of(tenant, "id"),
      xml_escape(text_of(tenant, "label")), number_of(send, "line"));
  if (send.contains("delivery")) {
    html += fmt::format(" · delivery {}", xml_escape(text_of(send, "delivery")));
  }
  return html + "</p>\n";
}

}  // namespace

std::string text_of(const ordered_json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_of(const ordered_json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

bool flag_of(const ordered_json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::string human(double milliseconds) {
  if (milliseconds == 0) return "0 s";
  return humanize(std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::milli>(milliseconds)));
}

std::string html_code(std::string_view text) {
  if (text.empty()) return "<p class=\"note\">no body</p>\n";
  const auto json = text.size() > kShownText ? ordered_json() : json_from(text);
  std::string shown = json.is_structured() ? json_text(json, 2) : std::string(text);
  const bool cut = shown.size() > kShownText;
  shown.resize(std::min(shown.size(), kShownText));
  return fmt::format("<pre>{}</pre>\n{}", xml_escape(shown),
                     cut ? "<p class=\"note\">Cut here.</p>\n" : "");
}

std::string html_send(const ordered_json& send, Unfolded unfolded) {
  std::string html = "<article>\n" + heading(send);
  if (send.contains("refused")) {
    return html +
           fmt::format("<p>refused: {}</p></article>\n", xml_escape(text_of(send, "refused")));
  }
  html += html_timeline(send);
  html += attempts_html(send.at("attempts"), unfolded);
  if (const auto mail = send.find("mail"); mail != send.end() && mail->contains("error")) {
    html += fmt::format("<p>No email: {}</p>\n", xml_escape(text_of(*mail, "error")));
  }
  for (const auto& mail : send.value("mails", ordered_json::array())) html += mail_html(mail);
  return html + "</article>\n";
}

std::string result_of_attempt(const nlohmann::ordered_json& attempt) {
  const std::string reason = text_of(attempt, "reason");
  const bool by_status = reason.empty() || reason == "status";
  if (!attempt.contains("status")) return reason.empty() ? "no end" : reason;
  const std::string status = fmt::format("{}", number_of(attempt, "status"));
  return by_status ? status : fmt::format("{}, then {}", status, reason);
}

}  // namespace roomle_sim
