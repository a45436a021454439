// Command lines to copy into a shell. Pure.
#pragma once

#include <string>
#include <string_view>

namespace roomle_sim {

// The word as a POSIX shell reads it back: as it is, or in single quotes.
std::string shell_quoted(std::string_view word);

// A variable of the shell, named after what it stands for: "Authorization" gives $AUTHORIZATION.
std::string shell_variable(std::string_view name);

}  // namespace roomle_sim
