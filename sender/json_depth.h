// How deep a JSON text nests, told before it is parsed: nlohmann::json copies, compares and dumps
// by recursion, so that a hostile body of half a million '[' would end the process.
#pragma once

#include <cstddef>
#include <string_view>

namespace roomle_sim {

// An event nests two deep; nothing honest comes near this.
inline constexpr std::size_t kMostJsonDepth = 200;

// Whether arrays and objects stand in each other more than `most` deep. Brackets inside strings do
// not count. For a text that is no JSON the answer holds up to its first mistake, and a parser goes
// no further than that. Pure, one pass, without memory of its own.
constexpr bool nested_deeper_than(std::string_view text, std::size_t most) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;  // what is escaped, above all a quotation mark
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace roomle_sim
