// Runs programs as a user would: with arguments, an environment, and what they print.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/temporary_folder.h"  // to run programs in

namespace roomle_sim {

struct ProcessOptions {
  std::string input;                               // for stdin, then end of file
  std::map<std::string, std::string> environment;  // added to this process's own
  std::string stdout_to;                           // a file in place of the pipe, such as /dev/full
  std::string folder;                              // to run in; empty: this process's own
};

struct ProcessResult {
  int exit_code = -1;  // 128 + the signal where one ended it
  std::string out;
  std::string err;
};

// Runs to the end.
ProcessResult run_process(const std::vector<std::string>& command,
                          const ProcessOptions& options = {});

// A program that runs beside the test. The destructor kills it. Threads: none.
class Process {
 public:
  explicit Process(const std::vector<std::string>& command, const ProcessOptions& options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of stdout without its newline; blocks for it. Empty at the end of file.
  std::string read_line();
  void signal(int number) const;
  // Waits for the end, and gives everything that was not read yet.
  ProcessResult wait();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string buffer_;
};

}  // namespace roomle_sim
