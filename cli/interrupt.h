// SIGINT and SIGTERM as a call on an ordinary thread, where locks and files may be used.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace roomle_sim {

// Make one before any other thread is started: it blocks both signals for the calling thread and,
// by inheritance, for every later one. The first signal calls `on_interrupt`, once; a second one
// ends the process with 130. SIGPIPE is ignored, so that a closed pipe is an error and not a death.
class InterruptWatch {
 public:
  explicit InterruptWatch(std::function<void()> on_interrupt);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  void watch();

  std::function<void()> on_interrupt_;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace roomle_sim
