// SIGINT, SIGTERM and SIGHUP as a call on an ordinary thread, where locks and files may be used.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace roomle_sim {

// Make one before any other thread is started: it blocks these signals for the calling thread and,
// by inheritance, for every later one. The first signal calls `on_interrupt`, once; a second one
// calls `on_second` and ends the process with 130, without destructors. A SIGHUP that was ignored
// at the start (nohup) stays ignored. SIGPIPE and SIGXFSZ are ignored, so that a closed pipe and a
// file-size limit are errors and not deaths.
class InterruptWatch {
 public:
  // Both are called on this object's own thread. `on_second` must not wait for anything.
  explicit InterruptWatch(std::function<void()> on_interrupt, std::function<void()> on_second = {});
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  void watch();

  std::function<void()> on_interrupt_;
  std::function<void()> on_second_;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace roomle_sim
