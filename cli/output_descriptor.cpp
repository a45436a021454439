#include "cli/output_descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace roomle_sim {
namespace {

// What a pipe that is ready takes without waiting (PIPE_BUF), as long as nobody else writes to it.
constexpr std::size_t kPiece = 4096;

// Milliseconds for poll(), at most `most`; -1: without end.
int time_left(std::optional<std::chrono::steady_clock::time_point> until,
              std::optional<std::chrono::milliseconds> most) {
  if (!until && !most) return -1;
  std::chrono::milliseconds left = most.value_or(std::chrono::milliseconds(60'000));
  if (until) {
    left = std::min(left, std::chrono::ceil<std::chrono::milliseconds>(
                              *until - std::chrono::steady_clock::now()));
  }
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

}  // namespace

OutputDescriptor::OutputDescriptor(int descriptor)
    : descriptor_(descriptor), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return;
  socket_ = S_ISSOCK(status.st_mode);
  file_ = S_ISREG(status.st_mode);
  if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) return;
  // Another process (or our own stderr) may fill the pipe between poll() and write(), and a
  // terminal may take less than it said. Where this is refused, as after sudo, there is kPiece.
  own_ = open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(),
              O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

OutputDescriptor::~OutputDescriptor() {
  if (own_ >= 0) close(own_);
  if (wake_ >= 0) close(wake_);
}

std::optional<std::size_t> OutputDescriptor::write(std::string_view bytes) {
  if (!file_ && !socket_ && own_ < 0) {
    pollfd ready{descriptor_, POLLOUT, 0};
    if (poll(&ready, 1, 0) == 0) return 0;
    bytes = bytes.substr(0, kPiece);
  }
  const ssize_t written =
      socket_ ? send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
              : ::write(own_ >= 0 ? own_ : descriptor_, bytes.data(), bytes.size());
  if (written >= 0) return static_cast<std::size_t>(written);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

OutputDescriptor::Waited OutputDescriptor::wait(
    bool for_room, std::optional<std::chrono::steady_clock::time_point> until) {
  std::array<pollfd, 2> polled{
      {{descriptor_, static_cast<short>(for_room ? POLLOUT : 0), 0}, {wake_, POLLIN, 0}}};
  // Without a descriptor to be woken by, it looks from time to time.
  const auto most = wake_ < 0 ? std::optional(std::chrono::milliseconds(50)) : std::nullopt;
  if (poll(polled.data(), polled.size(), time_left(until, most)) <= 0) return Waited::woken;
  const short seen = polled[0].revents;
  if ((seen & (POLLERR | POLLNVAL)) != 0 || ((seen & POLLHUP) != 0 && (seen & POLLOUT) == 0)) {
    return Waited::closed;
  }
  if (polled[1].revents != 0) {
    eventfd_t ignored = 0;
    eventfd_read(wake_, &ignored);
    return Waited::woken;
  }
  return Waited::writable;
}

void OutputDescriptor::wake() const {
  if (wake_ >= 0) eventfd_write(wake_, 1);
}

}  // namespace roomle_sim
