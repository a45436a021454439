// A port that can be open or shut, and stays ours in between.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "endpoint/listening_socket.h"

namespace roomle_sim {

// Beside the socket that is listened on, if any, one that is only bound holds the port: whoever
// connects while nobody listens is refused, and nobody else can listen there meanwhile.
// Threads: one at a time.
class PortGate {
 public:
  // Holds `port` of `host` (0: a free one), shut. Fails with ErrorCode::unavailable.
  static Result<PortGate> hold(const std::string& host, std::uint16_t port);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // A socket that listens. At most one at a time.
  [[nodiscard]] Result<Socket> open() const;
  // To be called once that socket is closed.
  void shut() const;

 private:
  PortGate(std::string host, BoundSocket held)
      : host_(std::move(host)), port_(held.port), held_(std::move(held.socket)) {}

  std::string host_;
  std::uint16_t port_ = 0;
  Socket held_;
};

}  // namespace roomle_sim
