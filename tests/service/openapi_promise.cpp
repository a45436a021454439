#include "tests/service/openapi_promise.h"

#include <cctype>

#include "base/json_text.h"
#include "service/openapi.h"

namespace roomle_sim::test {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    parts.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(parts.back().size());
  }
  return parts;
}

// A word goes before a parameter, as in the router: /deliveries/resend is no delivery.
int fit(std::string_view pattern, std::string_view path) {
  const auto wanted = segments(pattern);
  const auto given = segments(path);
  if (wanted.size() != given.size()) return -1;
  int words = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == given[i]) {
      ++words;
    } else if (!wanted[i].starts_with('{')) {
      return -1;
    }
  }
  return words;
}

}  // namespace

const OpenApiPromises& OpenApiPromises::get() {
  static const OpenApiPromises kPromises;
  return kPromises;
}

OpenApiPromises::OpenApiPromises() : document_(json_from(openapi_text())), check_(document_) {}

std::vector<std::string> OpenApiPromises::broken(std::string method, const std::string& target,
                                                 int status, const std::string& body) const {
  for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const nlohmann::ordered_json* operation = find(method, target.substr(0, target.find('?')));
  if (operation == nullptr) return {};
  const auto& responses = operation->at("responses");
  const std::string at = method + " " + target + " " + std::to_string(status);
  const auto promised = responses.find(std::to_string(status));
  if (promised == responses.end()) return {at + ": this status is not promised"};
  const auto& response = check_.resolve(*promised);
  if (!response.contains("content")) return {};
  const auto json = response["content"].find("application/json");
  if (json == response["content"].end()) return {};
  const auto tree = json_from(body);
  if (tree.is_discarded()) return {at + ": no JSON: " + body};
  return check_.problems(json->at("schema"), tree, at);
}

const nlohmann::ordered_json* OpenApiPromises::find(const std::string& method,
                                                    std::string_view path) const {
  if (path.starts_with("/api/")) path.remove_prefix(std::string_view("/api").size());
  const nlohmann::ordered_json* found = nullptr;
  int best = -1;
  for (const auto& [pattern, item] : document_.at("paths").items()) {
    const int words = fit(pattern, path);
    if (words <= best) continue;
    best = words;
    found = item.contains(method) ? &item[method] : nullptr;
  }
  return found;
}

}  // namespace roomle_sim::test
