// The whole command line, and how its mistakes are told.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace roomle_sim {

void build_parser(CLI::App& app, Context& context);

// Prints help or version to stdout, or the mistake to stderr with a "did you mean"; gives the code.
int report_parse_error(const CLI::App& app, const CLI::ParseError& error, Console& console);

// "try 'roomle-sim token encrypt --help'", for the command that was chosen.
std::string try_help(const CLI::App& app);

}  // namespace roomle_sim
