// Holds answers that other tests get against the service's own description, so that none is given
// that it does not promise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/json_schema.h"

namespace roomle_sim::test {

class OpenApiPromises {
 public:
  // One that is made once, since reading the description takes longer than most tests.
  static const OpenApiPromises& get();

  // What is not as it was promised; empty also for what is no route, or not one of its methods.
  [[nodiscard]] std::vector<std::string> broken(std::string method, const std::string& target,
                                                int status, const std::string& body) const;

 private:
  OpenApiPromises();

  [[nodiscard]] const nlohmann::ordered_json* find(const std::string& method,
                                                   std::string_view path) const;

  const nlohmann::ordered_json document_;
  const SchemaCheck check_;
};

}  // namespace roomle_sim::test
