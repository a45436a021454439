// The endpoint under test, started for a run and stopped after it: `roomle-sim run … -- CMD`.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/time.h"
#include "scenarios/port_probe.h"

namespace roomle_sim {

// A command in a process group of its own, so that what it starts is stopped with it and a Ctrl-C
// in the terminal reaches it through us alone. It reads nothing (stdin is /dev/null), and all it
// writes goes to our stderr. Threads: one at a time. The destructor stops it; where we die without
// one (SIGKILL, a crash), or the thread that called start() ends, it gets SIGTERM
// (scenarios/launch.h).
class ChildProcess {
 public:
  // `command`: a program, sought in PATH, and its arguments. unavailable: it cannot be started.
  static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Blocks until something accepts a TCP connection at host:port. Otherwise why not, unavailable:
  // the command ended first (with its status), `limit` has passed, or `stop` was requested.
  std::optional<Error> wait_until_answers(const std::string& host, std::uint16_t port,
                                          Duration limit, const std::stop_token& stop);

  // "exited with status 1", "was ended by signal 9 (Killed)"; nothing while it runs, and for as
  // long as `limit` after this was asked.
  std::optional<std::string> how_it_ended(Duration limit = Duration::zero());
  // Whether it has ended with the status 0.
  bool ended_well();

  // SIGTERM to the group, and SIGKILL to what is left of it after `grace`. May be called again.
  void stop(Duration grace = std::chrono::seconds(3));

  // SIGKILL to the group, without waiting. From any thread, also while another is in stop().
  void kill_now() const;

 private:
  ChildProcess(pid_t pid, int process_handle, std::string name)
      : pid_(pid), process_handle_(process_handle), name_(std::move(name)) {}

  void wait_for_group(std::chrono::steady_clock::time_point until);

  pid_t pid_;
  OwnedHandle process_handle_;  // a pidfd: readable once the command has ended
  std::string name_;
  std::optional<int> wait_status_;
  bool stopped_ = false;
  std::atomic<bool> gone_{false};  // the group is, so that its number may be another's
};

}  // namespace roomle_sim
