// What a text with escapes says, for looking into it alone: an escape that is wrong stays as it is
// written, since others may read it in spite of that. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomle_sim {

// Of a URL's query: %XX. `plus_is_space`: as in forms. Whoever acts on it takes endpoint/percent.h.
std::string loosely_percent_decoded(std::string_view text, bool plus_is_space = false);

// Of a string of JSON, without its quotes. What is no ASCII behind \u is a '?' here.
struct JsonSpelling {
  std::string text;
  std::vector<std::size_t> places;  // of each of its bytes, and of its end: where it was written
};
JsonSpelling json_spelling(std::string_view written);

}  // namespace roomle_sim
