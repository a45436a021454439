#include "service/inspector_problem.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "base/json_reader.h"
#include "service/rapi_field.h"

namespace roomle_sim {

ApiProblem journal_problem(const Error& error) {
  return {503, "unavailable", error.message, {}, {{"Retry-After", "5"}}};
}

ApiProblem bad_json(const std::string& body, const std::string& example) {
  const std::string wanted = "the body must be a JSON object, such as " + example;
  Diagnostics diagnostics;
  parse_json(std::make_shared<const SourceText>(SourceText{"body", body}), diagnostics);
  const auto located = body.empty() ? std::nullopt : problem_of(diagnostics, "body");
  return {400,
          "bad_json",
          located ? fmt::format("{}; {}", located->message, wanted) : wanted,
          "body",
          {}};
}

ApiProblem bad_member(std::string_view name, std::string message) {
  return {422, "bad_value", std::move(message), fmt::format("member '{}'", name), {}};
}

ApiProblem unknown_delivery(const std::string& id) {
  return {404,
          "unknown_delivery",
          fmt::format("the journal holds no delivery '{}'", id),
          "the id in the path",
          {}};
}

}  // namespace roomle_sim
