#include "endpoint/port_gate.h"

#include <utility>

#include <sys/socket.h>

namespace roomle_sim {
namespace {

// Two sockets may be bound to one port where both allow it and one of them at most listens.
void share(const Socket& socket, bool allow) {
  const int on = allow ? 1 : 0;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

}  // namespace

Result<PortGate> PortGate::hold(const std::string& host, std::uint16_t port) {
  Result<BoundSocket> held = bind_socket(host, port, true);
  if (!held) return held.error();
  return PortGate(host, *std::move(held));
}

Result<Socket> PortGate::open() const {
  share(held_, true);
  Result<BoundSocket> listening = bind_socket(host_, port_, false);
  if (!listening) return listening.error();
  return std::move(listening->socket);
}

void PortGate::shut() const {
  share(held_, false);
}

}  // namespace roomle_sim
