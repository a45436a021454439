#include "service/cors.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "endpoint/request_head.h"

namespace roomle_sim {

std::string allow_list(const std::vector<std::string>& methods) {
  std::set<std::string> all(methods.begin(), methods.end());
  if (all.count("GET") != 0) all.insert("HEAD");
  all.insert("OPTIONS");
  return fmt::format("{}", fmt::join(all, ", "));
}

Headers cors_headers() {
  return {{"Access-Control-Allow-Origin", "*"},
          {"Access-Control-Expose-Headers", "Retry-After, Idempotency-Replayed"}};
}

Headers preflight_headers(const std::vector<std::string>& methods, const Headers& asked) {
  Headers headers{{"Access-Control-Allow-Methods", allow_list(methods)},
                  {"Access-Control-Max-Age", "600"}};
  for (const auto& [name, value] : asked) {
    if (equal_ignoring_case(name, "Access-Control-Request-Headers") && !value.empty()) {
      headers.emplace_back("Access-Control-Allow-Headers", value);
    }
    if (equal_ignoring_case(name, "Access-Control-Request-Private-Network") &&
        equal_ignoring_case(value, "true")) {
      headers.emplace_back("Access-Control-Allow-Private-Network", "true");
    }
  }
  return headers;
}

}  // namespace roomle_sim
