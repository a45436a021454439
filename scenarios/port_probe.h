// Asks whether a port answers, and waits in between, without missing that a process ended or that
// the run was interrupted.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/time.h"

namespace roomle_sim {

// A file handle that is closed with its owner.
class OwnedHandle {
 public:
  explicit OwnedHandle(int handle) : handle_(handle) {}
  ~OwnedHandle();
  OwnedHandle(const OwnedHandle&) = delete;
  OwnedHandle& operator=(const OwnedHandle&) = delete;
  [[nodiscard]] int get() const { return handle_; }

 private:
  int handle_;
};

// Threads: one at a time; a stop may be requested from any.
class PortProbe {
 public:
  // `process_handle`: a pidfd that stays the caller's, or -1 for none.
  PortProbe(int process_handle, std::stop_token stop);

  // Tries one TCP connection to each address of the host, and closes it. Empty: one was accepted;
  // else why none was.
  std::string connect(const std::string& host, std::uint16_t port, Duration limit);

  // Returns when `limit` has passed, the process has ended, or a stop was requested.
  void wait(Duration limit);
  // Returns when `limit` has passed, or a stop was requested.
  void pause(Duration limit);

 private:
  int process_handle_;
  OwnedHandle stop_handle_;  // an eventfd: readable once a stop was requested
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace roomle_sim
