#include "scenarios/report_html.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json_text.h"
#include "scenarios/report_html_parts.h"
#include "scenarios/report_text.h"
#include "scenarios/side_by_side.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// A page of ten thousand sends helps nobody; json=FILE has them all.
constexpr std::size_t kShownSends = 100;

// Nothing is fetched, nothing runs, no frame leads anywhere: also not by what an endpoint or a
// scenario says. The style is our own, and that of mails.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'";

std::string count(const ordered_json& document, const char* member, std::string_view word,
                  std::string_view kind) {
  const double number = number_of(document, member);
  if (number == 0 && kind != "passed") return {};
  return fmt::format("<span class=\"count {}\">{} {}</span>\n", number == 0 ? "none" : kind, number,
                     word);
}

// "11 ms for 75.6 h" where time was skipped, as the terminal has it.
std::string took(const ordered_json& document) {
  const double real = number_of(document, "durationMs");
  const double clock = number_of(document, "clockMs");
  if (text_of(document, "time") == "real" || clock < real + 1000) return human(real);
  return fmt::format("{} for {}", human(real), human(clock));
}

std::string header(const ordered_json& document) {
  const std::string end = text_of(document, "commandEnd");
  return fmt::format(
      "<header>\n<h1>Scenarios</h1>\n<p class=\"counts\">{}{}{}{}</p>\n"
      "<p class=\"facts\">{} · {} · written {}{}</p>\n{}</header>\n",
      count(document, "passed", "passed", "passed"), count(document, "failed", "failed", "failed"),
      count(document, "errors", "could not run", "error"),
      count(document, "notRun", "not run", "interrupted"), xml_escape(text_of(document, "program")),
      took(document), xml_escape(text_of(document, "written")),
      number_of(document, "notChecked") > 0
          ? fmt::format(" · {} expectations not checked: external endpoint",
                        number_of(document, "notChecked"))
          : "",
      end.empty() ? "" : fmt::format("<p class=\"error\">{}</p>\n", xml_escape(end)));
}

std::string contents(const ordered_json& document) {
  const ordered_json& scenarios = document.at("scenarios");
  std::string rows;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const ordered_json& one = scenarios[i];
    const std::string state = text_of(one, "state");
    rows += fmt::format(
        "<tr><td class=\"state {0}\">{0}</td><td><a href=\"#s{1}\">{2}</a></td><td>{3}:{4}</td>"
        "<td class=\"number\">{5}</td></tr>\n",
        state, i + 1, xml_escape(text_of(one, "name")), xml_escape(text_of(one, "file")),
        number_of(one, "line"), human(number_of(one, "durationMs")));
  }
  for (const ordered_json& one : document.at("notBegun")) {
    rows += fmt::format(
        "<tr><td class=\"state\">not run</td><td>{}</td><td>{}:{}</td><td></td></tr>\n",
        xml_escape(text_of(one, "name")), xml_escape(text_of(one, "file")), number_of(one, "line"));
  }
  return fmt::format("<nav><table class=\"contents\">\n{}</table></nav>\n", rows);
}

std::string difference(const ordered_json& one) {
  std::string rows;
  for (const ComparedLine& line : side_by_side(lines_of_value(text_of(one, "expected")),
                                               lines_of_value(text_of(one, "actual")))) {
    if (line.kind == ComparedLine::Kind::skipped) {
      rows += "<tr class=\"skipped\"><td>…</td><td>…</td></tr>";
      continue;
    }
    rows += fmt::format("<tr{}><td>{}</td><td>{}</td></tr>",
                        line.kind == ComparedLine::Kind::same ? "" : " class=\"differs\"",
                        xml_escape(line.left), xml_escape(line.right));
  }
  return fmt::format(
      "<h4>{}</h4>\n<p class=\"facts\">{}</p>\n<div class=\"wide\"><table class=\"difference\">"
      "<thead><tr><th>expected</th><th>got</th></tr></thead><tbody>{}</tbody></table></div>\n",
      xml_escape(text_of(one, "name")), xml_escape(text_of(one, "where")), rows);
}

std::string story(const ordered_json& scenario) {
  std::string lines;
  for (const auto& line : scenario.at("story")) lines += xml_escape(line.get<std::string>()) + "\n";
  if (lines.empty()) return {};
  return fmt::format("<details><summary>What happened, in words</summary><pre>{}</pre></details>\n",
                     lines);
}

// Of the sends that are not as expected, what they came to; where that is said of none, whatever
// is short.
std::string sends_of(const ordered_json& scenario) {
  const auto& sends = scenario.at("sends");
  std::set<std::size_t> differing;
  for (const auto& one : scenario.at("differences")) {
    if (one.contains("send")) differing.insert(one["send"].get<std::size_t>());
  }
  std::string html;
  for (std::size_t i = 0; i < std::min(sends.size(), kShownSends); ++i) {
    html += html_send(sends[i], differing.empty()       ? Unfolded::only_one
                                : differing.contains(i) ? Unfolded::last
                                                        : Unfolded::none);
  }
  if (sends.size() > kShownSends) {
    html += fmt::format("<p class=\"note\">and {} more sends</p>\n", sends.size() - kShownSends);
  }
  return html;
}

// How long it took, and how long it was on its own clock, where that was put forward.
std::string times(const ordered_json& scenario) {
  constexpr double kWorthTelling = 1.5;  // times the one: then the other is not just overhead
  const double took = number_of(scenario, "durationMs");
  const double passed = number_of(scenario, "clockMs");
  if (passed < kWorthTelling * took) return human(took);
  return fmt::format("{} for {}", human(took), human(passed));
}

std::string section(const ordered_json& scenario, std::size_t number) {
  const std::string state = text_of(scenario, "state");
  std::string html = fmt::format(
      "<section id=\"s{}\">\n<details{}><summary><span class=\"state {}\">{}</span> <b>{}</b> "
      "<span class=\"facts\">{}:{} · {} · seed {}</span></summary>\n",
      number, state == "passed" ? "" : " open", state, state, xml_escape(text_of(scenario, "name")),
      xml_escape(text_of(scenario, "file")), number_of(scenario, "line"), times(scenario),
      json_text(scenario.at("seed")));
  if (const std::string text = text_of(scenario, "description"); !text.empty()) {
    html += fmt::format("<p>{}</p>\n", xml_escape(text));
  }
  if (scenario.contains("error")) {
    html += fmt::format("<p class=\"error\">{}</p>\n", xml_escape(text_of(scenario, "error")));
  }
  for (const auto& one : scenario.at("differences")) html += difference(one);
  if (state != "passed" && scenario.contains("reproduce")) {
    html += fmt::format("<h4>Reproduce with</h4>\n<pre class=\"command\">{}</pre>\n",
                        xml_escape(text_of(scenario, "reproduce")));
  }
  return html + sends_of(scenario) + story(scenario) + "</details>\n</section>\n";
}

}  // namespace

std::string report_html(const ordered_json& document) {
  const auto& scenarios = document.at("scenarios");
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{} passed, {} failed · roomle-sim</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      kPolicy, number_of(document, "passed"), number_of(document, "failed"), html_style());
  html += header(document) + contents(document) + "<main>\n";
  for (std::size_t i = 0; i < scenarios.size(); ++i) html += section(scenarios[i], i + 1);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace roomle_sim
