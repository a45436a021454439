// A scenario to begin with, for `roomle-sim run --init`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace roomle_sim {

// With comments; passes as it stands.
std::string_view first_scenario_text();

// Writes it into a new file. unavailable: the file exists already, or cannot be written.
std::optional<Error> write_first_scenario(const std::string& path);

}  // namespace roomle_sim
