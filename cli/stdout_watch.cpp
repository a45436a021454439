#include "cli/stdout_watch.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <sys/eventfd.h>

namespace roomle_sim {

StdoutWatch::StdoutWatch(std::function<void()> on_closed)
    : on_closed_(std::move(on_closed)), end_(eventfd(0, EFD_CLOEXEC)) {
  // Without a descriptor for the end there is no watching: writing notices it then.
  if (end_ >= 0) thread_ = std::thread([this] { watch(); });
}

StdoutWatch::~StdoutWatch() {
  if (end_ < 0) return;
  eventfd_write(end_, 1);
  thread_.join();
  close(end_);
}

void StdoutWatch::watch() {
  for (;;) {
    // Nothing is asked for: an end that is gone is told in any case.
    pollfd watched[] = {{STDOUT_FILENO, 0, 0}, {end_, POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (watched[1].revents != 0) return;
    if ((watched[0].revents & (POLLERR | POLLHUP)) != 0) on_closed_();
    if (watched[0].revents != 0) return;
  }
}

}  // namespace roomle_sim
