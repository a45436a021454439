// What changes an endpoint while it runs: commands on stdin, one a line.
//
//     fault LINE       answer so from now on (endpoint/fault_line.h)
//     behavior FILE    answer as this file says, which is read anew
//     normal           answer 200 again
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/result.h"
#include "endpoint/behavior.h"

namespace roomle_sim {

// The behaviour that a command asks for; an Error tells what is wrong with it.
Result<Behavior> behavior_of_command(const std::string& line);

// Hands over each line of stdin but empty ones and those that begin with #, on a thread of its own,
// until stdin ends. The destructor ends it, however long no line came.
class StdinLines {
 public:
  explicit StdinLines(std::function<void(const std::string&)> on_line);
  ~StdinLines();
  StdinLines(const StdinLines&) = delete;
  StdinLines& operator=(const StdinLines&) = delete;

 private:
  void read();
  void take(std::string& text) const;

  const std::function<void(const std::string&)> on_line_;
  int ending_ = -1;  // becomes readable when it is to end
  std::thread thread_;
};

}  // namespace roomle_sim
