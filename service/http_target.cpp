#include "service/http_target.h"

#include <algorithm>

#include "endpoint/percent.h"

namespace roomle_sim {
namespace {

ApiProblem bad_target(std::string message) {
  return {400, "bad_target", std::move(message), "request target", {}};
}

}  // namespace

Result<HttpTarget, ApiProblem> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return bad_target("the request's target must be a path");
  HttpTarget parsed;
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, question);
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::optional<std::string> segment = percent_decoded(path.substr(0, end));
    if (!segment) {
      return bad_target("a '%' of the path is not followed by two hexadecimal digits");
    }
    if (std::any_of(segment->begin(), segment->end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
      return bad_target("there is a control character in the path");
    }
    parsed.path += "/" + *segment;
    parsed.segments.push_back(*segment);
    path.remove_prefix(end);
  }
  auto query = query_fields(target.substr(std::min(target.size(), question + 1)));
  if (!query) return bad_target("a '%' of the query is not followed by two hexadecimal digits");
  parsed.query = std::move(*query);
  return parsed;
}

bool is_vendor_target(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (target.starts_with("/api/")) target.remove_prefix(4);
  return target == "/v2" || target.starts_with("/v2/");
}

}  // namespace roomle_sim
