// Wires everything: parses the command line, runs one subcommand, and exits by the contract.
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/parser.h"

namespace roomle_sim {
namespace {

// A command whose output did not arrive has not done its work, whatever it says.
int flushed(Console& console, int code) {
  if (console.flush()) return code;
  console.error("the output could not be written to the end");
  return exit_code::kCouldNotRun;
}

int run_program(int argc, char** argv) {
  Context context;
  Parser parser(context);
  if (const auto code = parser.parse({argv + 1, argv + argc})) {
    return flushed(context.console, *code);
  }
  if (!context.run) {
    context.console.data(parser.help());
    return flushed(context.console, exit_code::kUsage);
  }
  const int code = context.run();
  if (code == exit_code::kUsage) context.console.error(parser.try_help());
  return flushed(context.console, code);
}

// A file or a connection that is opened later must not become the standard output of a program that
// was started without one: what is told to the user would go there. Each is opened the wrong way
// round, so that reading it or writing to it stays an error.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free descriptor is this one. Where there is no /dev/null it stays closed.
    [[maybe_unused]] const int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  roomle_sim::occupy_standard_descriptors();
  // A closed pipe is an error like a full disk, and not a death.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return roomle_sim::run_program(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "roomle-sim: a bug: {}\n", error.what());
    return roomle_sim::exit_code::kCouldNotRun;
  }
}
