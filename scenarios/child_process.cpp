#include "scenarios/child_process.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "scenarios/launch.h"

namespace roomle_sim {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Duration kFirstWait = std::chrono::milliseconds(10);
constexpr Duration kLongestWait = std::chrono::milliseconds(250);
constexpr Duration kGroupCheck = std::chrono::milliseconds(5);

// Straight to the kernel: glibc 2.36's <sys/pidfd.h> cannot be linked from C++ (no extern "C").
int open_process(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));  // NOLINT(concurrency-mt-unsafe)
  }
  return fmt::format("exited with status {}", WEXITSTATUS(status));
}

Error unavailable(std::string message) {
  return {ErrorCode::unavailable, std::move(message)};
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const std::vector<std::string>& command) {
  const Result<pid_t> launched = launch(command);
  if (!launched) return launched.error();
  const pid_t pid = *launched;
  const int handle = open_process(pid);
  if (handle < 0) {
    const int why = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return unavailable(fmt::format("'{}' cannot be watched: {}", command.front(),
                                   std::generic_category().message(why)));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, handle, command.front()));
}

ChildProcess::~ChildProcess() {
  stop();
}

bool ChildProcess::ended_well() {
  return how_it_ended() && WIFEXITED(*wait_status_) && WEXITSTATUS(*wait_status_) == 0;
}

std::optional<std::string> ChildProcess::how_it_ended(Duration limit) {
  if (!wait_status_ && limit > Duration::zero()) PortProbe(process_handle_.get(), {}).wait(limit);
  if (!wait_status_) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) wait_status_ = status;
  }
  return wait_status_ ? std::optional(describe_status(*wait_status_)) : std::nullopt;
}

std::optional<Error> ChildProcess::wait_until_answers(const std::string& host, std::uint16_t port,
                                                      Duration limit, const std::stop_token& stop) {
  PortProbe probe(process_handle_.get(), stop);
  const auto until = SteadyClock::now() + limit;
  std::string last;
  for (Duration wait = kFirstWait;; wait = std::min(wait * 2, kLongestWait)) {
    const auto left = [&] {
      return std::max<Duration>(Duration::zero(), until - SteadyClock::now());
    };
    last = probe.connect(host, port, left());
    // What answered may be a program that held the port before; the command then found it taken.
    if (const auto ended = how_it_ended()) {
      return unavailable(
          fmt::format("'{}' {} before it answered at {}:{}", name_, *ended, host, port));
    }
    if (last.empty()) return std::nullopt;
    if (stop.stop_requested()) return unavailable("interrupted");
    if (left() == Duration::zero()) break;
    probe.wait(std::min(wait, left()));
  }
  return unavailable(fmt::format("'{}' does not answer at {}:{} within {}: {}", name_, host, port,
                                 humanize(limit), last));
}

void ChildProcess::stop(Duration grace) {
  if (stopped_) return;
  stopped_ = true;
  const auto until = SteadyClock::now() + grace;
  kill(-pid_, SIGTERM);
  wait_for_group(until);
  kill(-pid_, SIGKILL);
  if (!wait_status_) {
    int status = 0;
    if (waitpid(pid_, &status, 0) == pid_) wait_status_ = status;
  }
  gone_ = true;
}

void ChildProcess::kill_now() const {
  if (!gone_) kill(-pid_, SIGKILL);
}

// The command itself may end before what it started: as long as one of them lives, the group does.
void ChildProcess::wait_for_group(SteadyClock::time_point until) {
  PortProbe probe(process_handle_.get(), {});
  while (SteadyClock::now() < until) {
    if (how_it_ended()) {
      if (kill(-pid_, 0) != 0) return;
      probe.pause(kGroupCheck);
    } else {
      probe.wait(until - SteadyClock::now());
    }
  }
}

}  // namespace roomle_sim
