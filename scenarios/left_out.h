// What of a word of a command line is a secret. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "scenarios/masking.h"
#include "scenarios/shell_words.h"

namespace roomle_sim {

// What is masked in it, and what a URL gives away, as long as it may be. Of a URL's query field it
// is named after the field, else `name`.
std::vector<LeftOut> left_out_of(std::string_view word, const Masking& masking,
                                 std::string_view name = "SECRET");

}  // namespace roomle_sim
