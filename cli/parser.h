// The whole command line, and how its mistakes are told.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"

namespace roomle_sim {

// Threads: one. `context` outlives it.
class Parser {
 public:
  explicit Parser(Context& context);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Sets Context::run for the command that was chosen; without one it stays empty. Where there is
  // nothing to run, what was asked for is printed (help, version, to stdout) or what is wrong told
  // (to stderr, with a "did you mean"), and the exit code given.
  std::optional<int> parse(std::vector<std::string> arguments);

  // Of the command that was chosen, or of the program.
  [[nodiscard]] std::string help() const;
  // "try 'roomle-sim token encrypt --help'".
  [[nodiscard]] std::string try_help() const;

 private:
  Context& context_;
  std::unique_ptr<CLI::App> app_;
};

}  // namespace roomle_sim
