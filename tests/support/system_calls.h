// What this process asks of the file system, seen at the C library's door: in which order things
// are flushed and renamed, how much is read, and a place to kill the process at. A test binary that
// uses it has fsync(), renameat2() and readdir() of its own, which pass every call on.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace roomle_sim::test {

struct SystemCall {
  std::string_view name;  // "fsync", "renameat2", "readdir"
  std::string path;       // what fsync flushes, what renameat2 renames; empty for readdir
  bool done = false;      // each call is told before it is made, and after it
};

// Calls `see` for all of them, from whatever thread makes them, as long as it lives. One at a time;
// calls under way in other threads must have ended before it goes.
class WatchedCalls {
 public:
  explicit WatchedCalls(std::function<void(const SystemCall&)> see);
  ~WatchedCalls();
  WatchedCalls(const WatchedCalls&) = delete;
  WatchedCalls& operator=(const WatchedCalls&) = delete;

 private:
  const std::function<void(const SystemCall&)> see_;
};

}  // namespace roomle_sim::test
