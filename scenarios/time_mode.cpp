#include "scenarios/time_mode.h"

namespace roomle_sim {

std::string_view time_mode_word(TimeMode mode) {
  switch (mode) {
    case TimeMode::real:
      return "real";
    case TimeMode::skip:
      return "skip";
    case TimeMode::virt:
      return "virtual";
  }
  return "";
}

std::optional<TimeMode> time_mode_from_word(std::string_view word) {
  for (const TimeMode mode : {TimeMode::real, TimeMode::skip, TimeMode::virt}) {
    if (time_mode_word(mode) == word) return mode;
  }
  return std::nullopt;
}

}  // namespace roomle_sim
