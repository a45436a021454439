#include "scenarios/launch.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "scenarios/port_probe.h"

namespace roomle_sim {
namespace {

Error cannot_start(const std::string& program, int why) {
  return {ErrorCode::unavailable,
          fmt::format("'{}' cannot be started: {}", program, std::generic_category().message(why))};
}

// Everything below runs in a copy of a process with many threads, where a lock may be held for
// ever: only what is safe in a signal handler may be called, and nothing may be allocated.

// We block SIGINT, SIGTERM and SIGHUP and ignore SIGPIPE and SIGXFSZ; a SIGHUP that is ignored
// (nohup) stays so.
void reset_signals() {
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): the only thread
}

bool set_streams() {
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0) return false;
  // Where stdin was closed, it has that number already.
  const bool read = nothing == STDIN_FILENO ? fcntl(nothing, F_SETFD, 0) == 0
                                            : dup2(nothing, STDIN_FILENO) == STDIN_FILENO;
  return read && dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO;
}

[[noreturn]] void become(char* const* arguments, pid_t parent, int failure) {
  setpgid(0, 0);
  // Whoever died before this call is not watched by it, but is not our parent any more either.
  const bool tied = prctl(PR_SET_PDEATHSIG, SIGTERM) == 0;
  if (tied && getppid() != parent) _exit(127);
  if (tied && set_streams()) {
    reset_signals();
    execvp(arguments[0], arguments);
  }
  const int why = errno;
  [[maybe_unused]] const ssize_t told = write(failure, &why, sizeof why);
  _exit(127);
}

}  // namespace

Result<pid_t> launch(const std::vector<std::string>& command) {
  std::vector<std::string> copies = command;
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (std::string& one : copies) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  // The program's start closes the pipe; what went wrong comes through it.
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) return cannot_start(command.front(), errno);
  const OwnedHandle result(pipe[0]);
  const pid_t parent = getpid();
  pid_t pid = -1;
  {
    const OwnedHandle failure(pipe[1]);
    pid = fork();
    if (pid == 0) become(arguments.data(), parent, failure.get());
    if (pid < 0) return cannot_start(command.front(), errno);
  }
  int why = 0;
  ssize_t size = 0;
  while ((size = read(result.get(), &why, sizeof why)) < 0 && errno == EINTR) {
  }
  if (size == 0) return pid;
  waitpid(pid, nullptr, 0);
  return cannot_start(command.front(), size == sizeof why ? why : EIO);
}

}  // namespace roomle_sim
