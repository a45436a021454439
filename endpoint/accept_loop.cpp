#include "endpoint/accept_loop.h"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace roomle_sim {
namespace {

// It failed because of one client, who is gone: the next one may be there already.
bool passes_at_once(int error) {
  return error == ECONNABORTED || error == EINTR;
}

}  // namespace

AcceptLoop::AcceptLoop(Socket listening, Take take, Accept accept)
    : listening_(std::move(listening)),
      take_(std::move(take)),
      accept_(std::move(accept)),
      thread_([this] { run(); }) {}

// Shut down, the socket makes accept() fail at once, now and later. Where there are no descriptors,
// accept() fails without a look at the socket, whence `stopping_`. It all needs no descriptor.
AcceptLoop::~AcceptLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  ::shutdown(listening_.fd(), SHUT_RDWR);
  thread_.join();
}

int AcceptLoop::accept_connection(int listening) {
  return ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
}

void AcceptLoop::run() {
  while (!stopping()) {
    const int fd = accept_(listening_.fd());
    if (fd >= 0) {
      take_(fd);
    } else if (!passes_at_once(errno)) {
      pause();
    }
  }
}

bool AcceptLoop::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void AcceptLoop::pause() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kPause, [&] { return stopping_; });
}

}  // namespace roomle_sim
