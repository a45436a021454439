// Wires everything: parses the command line, runs one subcommand, and exits by the contract.
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/parser.h"

namespace roomle_sim {
namespace {

int run_program(int argc, char** argv) {
  Context context;
  CLI::App app;
  build_parser(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_parse_error(app, error, context.console);
  }
  if (!context.run) {
    context.console.data(app.help());
    return exit_code::kUsage;
  }
  const int code = context.run();
  if (!context.console.flush()) {
    context.console.error("the output could not be written to the end");
    return exit_code::kCouldNotRun;
  }
  return code;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  try {
    return roomle_sim::run_program(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "roomle-sim: a bug: {}\n", error.what());
    return roomle_sim::exit_code::kCouldNotRun;
  }
}
