// The words and signs of a fault line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace roomle_sim {

struct Token {
  std::string text;
  Location where;
  bool quoted = false;

  [[nodiscard]] bool is(std::string_view other) const { return !quoted && text == other; }
};
using Tokens = std::vector<Token>;

// Cuts a line into words, texts in quotes, and the signs , ; + : between them. A sign within a word
// belongs to it, but for , and ; and a : at its end.
Tokens read_tokens(const Source& source, Diagnostics& diagnostics);

// Splits at a sign; an empty part stays.
std::vector<Tokens> split(const Tokens& tokens, std::string_view sign);

// Where something is missing in split(): at the sign behind the empty part, or at the last one.
// `otherwise`: where there are no tokens.
Location place_of_part(const Tokens& tokens, const std::vector<Tokens>& parts, std::size_t part,
                       const Location& otherwise);

std::optional<std::int64_t> whole_number(std::string_view text);

// Also where it is larger than any number that is read.
bool is_digits(std::string_view text);

// "x2".
bool is_count(const Token& token);

}  // namespace roomle_sim
