// Starts a program that does not outlive us: what posix_spawn() cannot do.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace roomle_sim {

// Starts `command` (a program, sought in PATH, and its arguments) in a process group of its own,
// with nothing to read and its output on our stderr, with no signal blocked, and those that we
// handle or ignore at their defaults. unavailable: it cannot be started, with the reason.
//
// When we die without stopping it (SIGKILL, a crash), the kernel sends it SIGTERM, and not SIGKILL,
// so that a program that runs others (npm, a shell with a trap) can end them. The kernel holds that
// to the calling *thread*: call this from one that lives as long as the program is wanted.
Result<pid_t> launch(const std::vector<std::string>& command);

}  // namespace roomle_sim
