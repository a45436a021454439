// Command lines to copy into a shell. Pure.
#pragma once

#include <string>
#include <string_view>

namespace roomle_sim {

// The word as a POSIX shell reads it back: as it is, or in single quotes.
std::string shell_quoted(std::string_view word);

// The same of a word in which secrets are masked (kMasked): a variable of the shell stands in the
// place of each, in double quotes: "http://h/?api_key=$API_KEY". Of a URL's query field it has the
// field's name, else that of `name`.
std::string shell_quoted_masked(std::string_view word, std::string_view name = "SECRET");

// A variable of the shell, named after what it stands for: "Authorization" gives $AUTHORIZATION.
std::string shell_variable(std::string_view name);

}  // namespace roomle_sim
