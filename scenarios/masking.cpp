#include "scenarios/masking.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/escapes.h"
#include "base/json_text.h"
#include "fallback_mailer/clean_text.h"
#include "sender/credential_headers.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShortest = 4;

// As it stands inside a text of JSON.
std::string json_form(std::string_view text) {
  const std::string quoted = json_text(nlohmann::json(text));
  return quoted.substr(1, quoted.size() - 2);
}

// Every byte but those of `plain` as %XX.
std::string percent_form(std::string_view text, bool (*plain)(char)) {
  std::string escaped;
  for (const char c : text) {
    escaped += plain(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

// As a form writes what percent_form() gave.
std::string with_plus(const std::string& escaped) {
  std::string form;
  for (std::size_t done = 0; done < escaped.size();) {
    const std::size_t space = std::min(escaped.find("%20", done), escaped.size());
    form += escaped.substr(done, space - done);
    if (space < escaped.size()) form += '+';
    done = space + 3;
  }
  return form;
}

bool is_unreserved(char c) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  return kPlain.find(c) != std::string_view::npos;
}

// As tenants/url.h leaves it when a whole URL is made safe.
bool is_safe(char c) {
  return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

// The text in all the ways in which it may stand in what is shown. The mail cleans its lines before
// it escapes them; what is compared of it is JSON around its HTML.
std::set<std::string> forms_of(std::string_view secret) {
  std::set<std::string> forms;
  for (const std::string& text :
       {std::string(secret), one_line(secret), clean_lines(secret), valid_utf8(secret)}) {
    const std::string html = html_escape(text);
    const std::string escaped = percent_form(text, is_unreserved);
    forms.insert({text, json_form(text), escaped, with_plus(escaped), percent_form(text, is_safe),
                  html, json_form(html)});
  }
  return forms;
}

}  // namespace

Masking::Masking(const Scenario& scenario, const RunOptions& options) {
  for (const Credential& one : scenario.registry.credentials()) add(one.secret.reveal());
  add(scenario.registry.default_credential().secret.reveal());
  for (const Secret& secret : scenario.secrets) add(secret.reveal());
  for (const auto& [name, value] : options.outgoing.headers) {
    if (!holds_credentials(name)) continue;
    add(value);
    // "Bearer abc": the second word is worth as much.
    const std::size_t space = value.find(' ');
    if (space != std::string::npos) add(std::string_view(value).substr(space + 1));
  }
  for (const Tenant& tenant : scenario.registry.tenants()) add_url(tenant.webhook);
  for (const auto& [tenant, chosen] : scenario.built_in) add_url(chosen.path);
  if (options.external_endpoint) add_url(*options.external_endpoint);
}

void Masking::add(std::string_view secret) {
  if (secret.size() < kShortest) return;
  for (const std::string& form : forms_of(secret)) {
    if (form.size() < kShortest) continue;
    if (std::find(secrets_.begin(), secrets_.end(), form) == secrets_.end()) {
      secrets_.push_back(form);
    }
  }
  // One may be a part of another: the whole of that is to go.
  std::stable_sort(secrets_.begin(), secrets_.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Masking::add_url(std::string_view url) {
  for (const auto& [begin, end] : url_credentials(url)) {
    const std::string_view value = url.substr(begin, end - begin);
    add(value);
    // An endpoint's answer may have it as it read it: some take a "+" for a space, some do not.
    add(loosely_percent_decoded(value));
    add(loosely_percent_decoded(value, true));
  }
}

std::string Masking::text(std::string_view text) const {
  std::string masked(text);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = masked.find(secret); at != std::string::npos;
         at = masked.find(secret, at + kMasked.size())) {
      masked.replace(at, secret.size(), kMasked);
    }
  }
  return masked;
}

std::vector<Stretch> Masking::stretches(std::string_view text) const {
  std::vector<Stretch> found;
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + secret.size())) {
      found.push_back({at, at + secret.size()});
    }
  }
  return merged(std::move(found));
}

ordered_json Masking::json(ordered_json value) const {
  if (value.is_string()) return text(value.get_ref<const std::string&>());
  if (value.is_structured()) {
    for (auto& part : value) part = json(std::move(part));
  }
  return value;
}

Headers Masking::headers(const Headers& headers, std::string_view token) const {
  Headers shown = without_credentials(headers, token);
  for (auto& [name, value] : shown) {
    if (token.empty() || value != token) value = text(value);
  }
  return shown;
}

void Masking::apply(ScenarioResult& result) const {
  for (Difference& one : result.differences) {
    one.name = text(one.name);
    one.expected = text(one.expected);
    one.actual = text(one.actual);
  }
  result.error = text(result.error);
  for (std::string& line : result.story) line = text(line);
}

}  // namespace roomle_sim
