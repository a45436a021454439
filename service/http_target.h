// The target of a request taken apart: path and query, decoded. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "service/http_message.h"

namespace roomle_sim {

struct HttpTarget {
  std::vector<std::string> segments;  // "/v2/a%2Fb" as {"v2", "a/b"}
  std::string path;                   // of the segments: "/v2/a/b"
  std::vector<std::pair<std::string, std::string>> query;
};

// The problem is a 400: no path, a bad escape, a control character.
Result<HttpTarget, ApiProblem> parse_target(std::string_view target);

// Below /v2 or /api/v2, also where the target is no right one.
bool is_vendor_target(std::string_view target);

}  // namespace roomle_sim
