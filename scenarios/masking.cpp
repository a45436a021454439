#include "scenarios/masking.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"
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

std::string percent_form(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string escaped;
  for (const char c : text) {
    escaped += kPlain.find(c) != std::string_view::npos
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
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
  if (options.external_endpoint) add_url(*options.external_endpoint);
}

void Masking::add(std::string_view secret) {
  if (secret.size() < kShortest) return;
  for (std::string form : {std::string(secret), json_form(secret), percent_form(secret)}) {
    if (std::find(secrets_.begin(), secrets_.end(), form) == secrets_.end()) {
      secrets_.push_back(std::move(form));
    }
  }
  // One may be a part of another: the whole of that is to go.
  std::stable_sort(secrets_.begin(), secrets_.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Masking::add_url(std::string_view url) {
  for (std::size_t at = url.find('?'); at != std::string_view::npos; at = url.find('&', at + 1)) {
    const std::string_view field = url.substr(at + 1, url.find('&', at + 1) - at - 1);
    const std::size_t equals = field.find('=');
    if (equals != std::string_view::npos && holds_credentials(field.substr(0, equals))) {
      add(field.substr(equals + 1));
    }
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
