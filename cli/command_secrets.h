// The secrets in a command of the user's, told by the names before them. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "scenarios/shell_words.h"

namespace roomle_sim {

// Of one word of it. A word that is itself NAME=VALUE, --NAME=VALUE or "NAME: VALUE": its VALUE. In
// any other, which may be a script (sh -c '…') or JSON, each VALUE that a name stands before, up to
// the end of its quotes or to the next blank. Rather too much than too little: the variable that
// stands for it makes it the same word again. What a URL gives away is not looked for.
std::vector<LeftOut> secrets_of_word(std::string_view word);

// Whether the next word is the secret: --password abc.
bool names_next_word(std::string_view word);

}  // namespace roomle_sim
