#include "service/inspector_problem.h"

#include <fmt/format.h>

namespace roomle_sim {

ApiProblem journal_problem(const Error& error) {
  return {503, "unavailable", error.message, {}, {{"Retry-After", "5"}}};
}

ApiProblem unknown_delivery(const std::string& id) {
  return {404,
          "unknown_delivery",
          fmt::format("the journal holds no delivery '{}'", id),
          "the id in the path",
          {}};
}

}  // namespace roomle_sim
