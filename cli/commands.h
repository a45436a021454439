// The subcommands. Each file cli/<name>_command.cpp adds one to the parser; the parser then sets
// `Context::run` for the one that was chosen, and main() calls it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/console.h"

namespace roomle_sim {

struct Context {
  Console console;
  std::function<int()> run;  // of the chosen subcommand; its result is the exit code
  // What stands behind '--' on the command line of `run`; nothing without a '--'.
  std::optional<std::vector<std::string>> child_command;
};

void add_send_command(Command& app, Context& context);
void add_run_command(Command& app, Context& context);
void add_endpoint_command(Command& app, Context& context);
void add_token_command(Command& app, Context& context);
void add_tenants_command(Command& app, Context& context);
void add_events_command(Command& app, Context& context);
void add_serve_command(Command& app, Context& context);
void add_deliveries_command(Command& app, Context& context);
void add_mails_command(Command& app, Context& context);
void add_tail_command(Command& app, Context& context);
void add_completion_command(Command& app, Context& context);

// Takes '--' and what follows it off the arguments of `run`, before they are parsed: the parser
// would read the command's words as further paths.
void take_child_command(std::vector<std::string>& arguments, Context& context);

// -q, --json and --no-color, which every subcommand takes, as does what stands before it.
void add_common_flags(Command& command, Context& context);

}  // namespace roomle_sim
