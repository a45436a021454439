// What is under way, in one line at the bottom of the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/console.h"

namespace roomle_sim {

// Threads: one call at a time. Shows nothing where Console::status() shows nothing.
class Progress {
 public:
  Progress(Console& console, std::size_t all) : console_(console), all_(all) {}
  ~Progress() { console_.status({}); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void begin(const std::string& name);
  void end(const std::string& name);

 private:
  void show();

  Console& console_;
  std::size_t all_;
  std::size_t ended_ = 0;
  std::vector<std::string> running_;  // the longest running first
};

}  // namespace roomle_sim
