#include "endpoint/listening_socket.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "sender/c_handle.h"

namespace roomle_sim {
namespace {

// As many connections may wait while the accepting thread is busy.
constexpr int kBacklog = 512;

Error cannot_listen(const std::string& host, std::uint16_t port, int cause) {
  const std::string why = cause == EADDRINUSE ? "the port is taken"
                          : cause == EACCES   ? "the port is not allowed to this user"
                                              : std::generic_category().message(cause);
  return {ErrorCode::unavailable, fmt::format("cannot listen on {}:{}: {}", host, port, why)};
}

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

bool bind_to(int fd, const addrinfo& address, bool reuse) {
  const int on = reuse ? 1 : 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  return bind(fd, address.ai_addr, address.ai_addrlen) == 0;
}

// SO_REUSEADDR makes a port usable while connections of an earlier run are in TIME_WAIT. A port
// that is only held does without it where it can: with it, somebody else could listen there.
bool open_socket(int fd, const addrinfo& address, bool refuse) {
  if (refuse) return bind_to(fd, address, false) || bind_to(fd, address, true);
  return bind_to(fd, address, true) && listen(fd, kBacklog) == 0;
}

}  // namespace

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<BoundSocket> bind_socket(const std::string& host, std::uint16_t port, bool refuse) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  const CHandle<addrinfo, freeaddrinfo> addresses(list);
  if (failure != 0) {
    return Error{ErrorCode::unavailable,
                 fmt::format("cannot listen on {}: {}", host, gai_strerror(failure))};
  }
  int cause = EADDRNOTAVAIL;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Socket socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.fd() >= 0 && open_socket(socket.fd(), *address, refuse)) {
      const std::uint16_t bound = port_of(socket.fd());
      return BoundSocket{std::move(socket), bound};
    }
    cause = errno;
  }
  return cannot_listen(host, port, cause);
}

}  // namespace roomle_sim
