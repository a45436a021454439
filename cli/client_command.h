// Adds one subcommand that speaks to a running `serve`.
#pragma once

#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands.h"

namespace roomle_sim {

// At the end of the help of a group of such commands.
inline constexpr const char* kServeFirst =
    "Start with:  roomle-sim serve --tenants tenants.json        in another terminal\n"
    "Help for one of them:  roomle-sim COMMAND SUBCOMMAND --help";

// `Flags` has add_to(Command&), and lives as long as the command; `run` gives the exit code.
template <class Flags>
void add_client_command(Command& group, Context& context, const std::string& name,
                        const std::string& what, int (*run)(Console&, const Flags&),
                        const std::string& footer) {
  Command command = group.add_subcommand(name, what);
  const auto flags = std::make_shared<Flags>();
  flags->add_to(command);
  add_common_flags(command, context);
  command.footer(footer);
  command.callback([&context, flags, run] {
    context.run = [&context, flags, run] { return run(context.console, *flags); };
  });
}

}  // namespace roomle_sim
