// How time passes in a run: docs/time.md.
#pragma once

#include <optional>
#include <string_view>

namespace roomle_sim {

enum class TimeMode {
  real,  // as it does
  skip,  // the POSTs are real; what lies between them is skipped, and the clock jumps
  virt,  // no sockets and no waiting: the endpoint's behaviour runs in the simulation
};
std::string_view time_mode_word(TimeMode mode);  // "real", "skip", "virtual"
std::optional<TimeMode> time_mode_from_word(std::string_view word);

}  // namespace roomle_sim
