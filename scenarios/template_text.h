// Texts with references in them: "configuration ${id} of ${env.USER:-nobody}". Pure.
//
//   ${NAME}  ${NAME.MEMBER.0}  a variable, or a part of one
//   ${NAME:-TEXT}              TEXT where there is no NAME
//   $${                        the two characters "${" themselves; a '$' alone needs nothing
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/json_reader.h"
#include "base/result.h"

namespace roomle_sim {

struct Reference {
  std::vector<std::string> path;  // never empty: {"tenant", "id"}
  std::optional<std::string> fallback;

  [[nodiscard]] const std::string& root() const { return path.front(); }
  [[nodiscard]] std::string name() const;  // "tenant.id"
};

struct TextPart {
  std::string literal;                 // where `reference` is nothing
  std::optional<Reference> reference;  //
};

struct TextMistake {
  std::size_t number = 0;  // of the "${" that it is about, from 0
  std::string message;
  std::string expected;
};

// Whether there is anything to do: a "${", escaped or not.
bool has_references(std::string_view text);
Result<std::vector<TextPart>, TextMistake> split_text(std::string_view text);
// The text that split_text() gives back as one literal.
std::string escape_references(std::string_view text);

// Where the `number`-th reference of a string stands in its file; the whole string where that
// cannot be said (it was written with JSON's own escapes).
Location place_of_reference(const JsonNode& node, std::size_t number);

// Whether a variable can be called so: letters, digits, '_' and '-', not beginning with a digit or
// '-'.
bool is_variable_name(std::string_view name);

}  // namespace roomle_sim
