#include "service/router.h"

#include <algorithm>
#include <optional>

namespace roomle_sim {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return segments;
}

bool is_name(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

// What stands for the names, when the path is one of the pattern's. Segments are compared as they
// are: the server has decoded each by itself, so that an id may hold a slash.
std::optional<std::map<std::string, std::string>> values_of(
    const std::vector<std::string_view>& pattern, const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!is_name(pattern[i])) {
      if (pattern[i] != path[i]) return std::nullopt;
    } else if (path[i].empty()) {
      return std::nullopt;
    } else {
      values[std::string(pattern[i].substr(1, pattern[i].size() - 2))] = path[i];
    }
  }
  return values;
}

// Of two patterns for one path the one with fewer names goes first.
std::size_t names_in(const Route& route) {
  return static_cast<std::size_t>(std::ranges::count(route.pattern, '{'));
}

}  // namespace

void Router::add(Audience audience, std::string method, std::string pattern, Handler handler) {
  routes_.push_back({audience, std::move(method), std::move(pattern), std::move(handler)});
}

Router::Match Router::match(std::string_view method, const std::vector<std::string>& path) const {
  Match match;
  for (const Route& route : routes_) {
    auto values = values_of(segments_of(route.pattern), path);
    if (!values) continue;
    const bool first = match.allowed.empty();
    if (first) match.audience = route.audience;
    match.allowed.push_back(route.method);
    const bool serves = route.method == method || (method == "HEAD" && route.method == "GET");
    if (!serves || (match.route != nullptr && names_in(*match.route) <= names_in(route))) continue;
    match.route = &route;
    match.audience = route.audience;
    match.path_values = std::move(*values);
  }
  return match;
}

}  // namespace roomle_sim
