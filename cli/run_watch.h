// `run --watch`: again whenever one of the files has changed.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/result.h"
#include "cli/console.h"
#include "cli/run_flags.h"
#include "cli/run_round.h"

namespace roomle_sim {

// Has an endpoint under test that has ended started again; `when` it can have: "during the run". An
// error where there is none now.
using KeepAlive = std::function<std::optional<Error>(std::string_view when)>;

// Plays all scenarios, waits for a change, and plays them again, until a stop is requested: then
// it gives 130. Mistakes in the files are told, and waited on. Any other end is an error's.
// The endpoint under test is asked for before and after each round.
int run_and_watch(Console& console, const RunFlags& flags, const RunPlan& plan,
                  const std::stop_token& stop, const CommandEnd& command_end,
                  const KeepAlive& keep_alive);

}  // namespace roomle_sim
