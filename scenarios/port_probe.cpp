#include "scenarios/port_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/socket.h>

namespace roomle_sim {
namespace {

int make_event_handle() {
  const int handle = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (handle < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return handle;
}

// Rounded up: a poll that returns too early would only be repeated.
int poll_limit(Duration limit) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 3'600'000));
}

std::string error_text(int error) {
  return std::generic_category().message(error);
}

// One connection that is closed as soon as it stands.
std::string try_address(const addrinfo& address, int stop_handle, Duration limit) {
  const int type = address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int handle = socket(address.ai_family, type, address.ai_protocol);
  if (handle < 0) return error_text(errno);
  int error = connect(handle, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    std::array<pollfd, 2> waited{{{handle, POLLOUT, 0}, {stop_handle, POLLIN, 0}}};
    error = ETIMEDOUT;
    if (poll(waited.data(), waited.size(), poll_limit(limit)) > 0 && waited[0].revents != 0) {
      socklen_t size = sizeof error;
      getsockopt(handle, SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  close(handle);
  return error == 0 ? std::string() : error_text(error);
}

}  // namespace

OwnedHandle::~OwnedHandle() {
  close(handle_);
}

PortProbe::PortProbe(int process_handle, std::stop_token stop)
    : process_handle_(process_handle),
      stop_handle_(make_event_handle()),
      on_stop_(std::move(stop), [handle = stop_handle_.get()] { eventfd_write(handle, 1); }) {}

std::string PortProbe::connect(const std::string& host, std::uint16_t port, Duration limit) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed != 0) return gai_strerror(failed);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  std::string last;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    last = try_address(*one, stop_handle_.get(), limit);
    if (last.empty()) return last;
  }
  return last;
}

void PortProbe::wait(Duration limit) {
  std::array<pollfd, 2> waited{{{process_handle_, POLLIN, 0}, {stop_handle_.get(), POLLIN, 0}}};
  poll(waited.data(), waited.size(), poll_limit(limit));
}

void PortProbe::pause(Duration limit) {
  pollfd waited{stop_handle_.get(), POLLIN, 0};
  poll(&waited, 1, poll_limit(limit));
}

}  // namespace roomle_sim
