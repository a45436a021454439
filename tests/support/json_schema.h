// Holds a value against a JSON schema, in the part of JSON Schema (2020-12) that
// service/openapi.json and scenarios/scenario_schema.json use. Any other keyword is a problem too,
// so that none is written there in vain.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace roomle_sim::test {

class SchemaCheck {
 public:
  using Json = nlohmann::ordered_json;

  // `document`: what a $ref points into. It outlives this.
  explicit SchemaCheck(const Json& document) : document_(document) {}

  // What is wrong with the value, each with its place; empty: nothing.
  [[nodiscard]] std::vector<std::string> problems(const Json& schema, const Json& value,
                                                  const std::string& at = "$") const;

  // Of the schema itself, all that stands in it: keywords that are not looked at, a $ref that leads
  // nowhere, properties that are required but not there, and what has no description.
  [[nodiscard]] std::vector<std::string> problems_of_schema(const Json& schema,
                                                            const std::string& at) const;

  // What a "$ref" points to, or the object itself.
  [[nodiscard]] const Json& resolve(const Json& object) const;

 private:
  const Json& document_;
};

}  // namespace roomle_sim::test
