// A loopback port that is this object's own and where nobody listens: whoever connects is refused,
// and nobody else is given it meanwhile.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace roomle_sim::test {

class HeldPort {
 public:
  // Without SO_REUSEADDR, with which somebody else could listen there.
  HeldPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (bind(fd_, plain, size) != 0 || getsockname(fd_, plain, &size) != 0) {
      throw std::runtime_error("no port can be held");
    }
    port_ = ntohs(address.sin_port);
  }
  ~HeldPort() { close(fd_); }
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace roomle_sim::test
