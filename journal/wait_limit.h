// Until when calls may wait for another program that holds the journal's file.
#pragma once

#include <atomic>
#include <chrono>

namespace roomle_sim {

// Threads: any. No limit at first.
class WaitLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void set(Time end) { end_ = end; }
  [[nodiscard]] Time get() const { return end_; }

 private:
  std::atomic<Time> end_{Time::max()};
};

}  // namespace roomle_sim
