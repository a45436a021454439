// Notices that nobody reads stdout any more, also while nothing is written to it.
#pragma once

#include <functional>
#include <thread>

namespace roomle_sim {

// `on_closed` is called once, on this object's own thread, when stdout is a pipe, a socket or a
// terminal whose other end is gone. Of a file there is nothing to notice. Lifetime: the destructor
// ends the thread, and waits for a call under way.
class StdoutWatch {
 public:
  explicit StdoutWatch(std::function<void()> on_closed);
  ~StdoutWatch();
  StdoutWatch(const StdoutWatch&) = delete;
  StdoutWatch& operator=(const StdoutWatch&) = delete;

 private:
  void watch();

  std::function<void()> on_closed_;
  int end_ = -1;  // an eventfd
  std::thread thread_;
};

}  // namespace roomle_sim
