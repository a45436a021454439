#include "scenarios/replay_form.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <re2/re2.h>

#include "scenarios/report_document.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// Those of an answer or a mail that say when or where it was made.
bool varies(std::string_view header) {
  const std::string name = observed_name(std::string(header));
  return name == "date" || name == "message-id" || name == "age" || name == "expires" ||
         name == "last-modified" || name == "x-request-id";
}

// Puts words in the place of what differs from run to run, in all texts of a scenario.
class Normaliser {
 public:
  Normaliser(const ordered_json& scenario, const ScenarioResult& result, bool external) {
    if (!external) name_endpoints(result);
    const auto& sends = scenario.at("sends");
    for (std::size_t i = 0; i < sends.size(); ++i) {
      const std::string id = sends[i].value("delivery", std::string());
      if (!id.empty()) names_.emplace_back(id, fmt::format("(delivery {})", i + 1));
      for (const auto& attempt : sends[i].value("attempts", ordered_json::array())) {
        if (!attempt.contains("token")) continue;
        const std::string token = attempt["token"]["value"].get<std::string>();
        names_.emplace_back(token, token.substr(0, 3) + "(token)");
      }
    }
  }

  [[nodiscard]] std::string text(std::string text) const {
    for (const auto& [from, to] : names_) {
      for (std::size_t at = text.find(from); at != std::string::npos;
           at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
      }
    }
    static const RE2 kPort(R"((127\.0\.0\.1|localhost|\[::1\]):\d+)");
    static const RE2 kBoundary(R"re(boundary="[^"]*")re");
    RE2::GlobalReplace(&text, kPort, R"(\1:(port))");
    RE2::GlobalReplace(&text, kBoundary, "boundary=\"(boundary)\"");
    return text;
  }

  // A list of pairs, or an object: an object, with values of one name joined.
  [[nodiscard]] ordered_json headers(const ordered_json& headers) const {
    ordered_json object = ordered_json::object();
    const auto add = [&](const std::string& name, const std::string& value) {
      if (varies(name)) {
        object[name] = "(varies)";
      } else if (object.contains(name)) {
        object[name] = object[name].get<std::string>() + ", " + text(value);
      } else {
        object[name] = text(value);
      }
    };
    if (headers.is_object()) {
      for (const auto& [name, value] : headers.items()) {
        if (value.is_string()) add(name, value.get<std::string>());
      }
    } else {
      for (const auto& pair : headers) add(pair.at(0), pair.at(1));
    }
    return object;
  }

  [[nodiscard]] static std::string plaintext(std::string text) {
    static const RE2 kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.]*(?:Z|[+-][0-9:]+))");
    RE2::GlobalReplace(&text, kTime, "(time)");
    return text;
  }

 private:
  // Built-in ones are elsewhere in each run, and nowhere in virtual time.
  void name_endpoints(const ScenarioResult& result) {
    for (const SendRecord& send : result.sends) {
      const auto chosen = result.scenario->built_in.find(send.tenant.id);
      if (chosen == result.scenario->built_in.end()) continue;
      const std::string& url = send.tenant.webhook;
      const std::size_t path = url.find('/', url.find("//") + 2);
      names_.emplace_back(url.substr(0, path),
                          fmt::format("(endpoint {})", chosen->second.endpoint));
    }
  }

  std::vector<std::pair<std::string, std::string>> names_;
};

ordered_json attempt_form(const ordered_json& attempt, const Normaliser& normal) {
  ordered_json form;
  if (const auto request = attempt.find("request"); request != attempt.end()) {
    form["request"] = {{"url", normal.text(request->at("url"))},
                       {"headers", normal.headers(request->at("headers"))},
                       {"body", normal.text(request->at("body"))}};
    form["token"] = Normaliser::plaintext(attempt.at("token").at("plaintext"));
  }
  if (attempt.contains("reason")) form["reason"] = attempt["reason"];
  if (attempt.value("ambiguous", false)) form["ambiguous"] = true;
  if (const auto response = attempt.find("response"); response != attempt.end()) {
    form["response"] = {{"status", response->at("status")},
                        {"headers", normal.headers(response->at("headers"))},
                        {"body", normal.text(response->at("body"))}};
  }
  return form;
}

ordered_json mail_form(const ordered_json& mail, const Normaliser& normal) {
  return {{"headers", normal.headers(mail.at("headers"))},
          {"text", normal.text(mail.at("text"))},
          {"html", normal.text(mail.at("html"))}};
}

ordered_json send_form(const ordered_json& send, const Normaliser& normal) {
  ordered_json form{
      {"event", send.at("event")}, {"to", send.at("to")}, {"tenant", send.at("tenant").at("id")}};
  if (send.contains("refused")) {
    form["refused"] = normal.text(send["refused"]);
    return form;
  }
  form["outcome"] = send.at("outcome");
  form["attempts"] = ordered_json::array();
  for (const auto& attempt : send.at("attempts")) {
    form["attempts"].push_back(attempt_form(attempt, normal));
  }
  form["waits"] = ordered_json::array();
  for (const auto& wait : send.at("waits")) {
    const double length = wait.at("toMs").get<double>() - wait.at("fromMs").get<double>();
    form["waits"].push_back({{"beforeAttempt", wait.at("beforeAttempt")},
                             {"ms", static_cast<std::int64_t>(std::llround(length))}});
  }
  if (send.contains("mail") && send["mail"].contains("error")) {
    form["mailError"] = normal.text(send["mail"]["error"]);
  }
  form["mails"] = ordered_json::array();
  for (const auto& mail : send.value("mails", ordered_json::array())) {
    form["mails"].push_back(mail_form(mail, normal));
  }
  return form;
}

class TraceComparer {
 public:
  void compare(const ordered_json* recorded, const ordered_json* now, const std::string& name) {
    if (recorded != nullptr && now != nullptr) {
      if (*recorded == *now) return;
      if (recorded->is_object() && now->is_object()) return compare_members(*recorded, *now, name);
      if (recorded->is_array() && now->is_array()) return compare_items(*recorded, *now, name);
    }
    differences_.push_back({name, shown(recorded), shown(now), send_});
  }
  std::vector<ReplayDifference> take() { return std::move(differences_); }

 private:
  // A text is as it is, so that one that is JSON is shown as that.
  static std::string shown(const ordered_json* value) {
    if (value == nullptr) return "nothing";
    return value->is_string() ? value->get<std::string>() : value->dump();
  }

  void compare_members(const ordered_json& recorded, const ordered_json& now,
                       const std::string& name) {
    const auto member = [&](const std::string& key) {
      return name.empty() ? key : fmt::format("{}.{}", name, key);
    };
    for (const auto& [key, value] : recorded.items()) {
      const auto there = now.find(key);
      compare(&value, there == now.end() ? nullptr : &*there, member(key));
    }
    for (const auto& [key, value] : now.items()) {
      if (!recorded.contains(key)) compare(nullptr, &value, member(key));
    }
  }

  void compare_items(const ordered_json& recorded, const ordered_json& now,
                     const std::string& name) {
    for (std::size_t i = 0; i < std::max(recorded.size(), now.size()); ++i) {
      if (name == "sends") send_ = i;
      compare(i < recorded.size() ? &recorded[i] : nullptr, i < now.size() ? &now[i] : nullptr,
              fmt::format("{}[{}]", name, i));
    }
  }

  std::size_t send_ = 0;
  std::vector<ReplayDifference> differences_;
};

}  // namespace

ordered_json replay_form(const ScenarioResult& result, const RunOptions& run) {
  const ordered_json document = scenario_document(result, run);
  const Normaliser normal(document, result, run.external_endpoint.has_value());
  ordered_json form{
      {"version", 1}, {"scenario", document.at("name")}, {"seed", document.at("seed")}};
  form["sends"] = ordered_json::array();
  for (const auto& send : document.at("sends")) form["sends"].push_back(send_form(send, normal));
  return form;
}

std::vector<ReplayDifference> compare_replay(const ordered_json& recorded,
                                             const ordered_json& now) {
  TraceComparer comparer;
  comparer.compare(&recorded, &now, "");
  return comparer.take();
}

}  // namespace roomle_sim
