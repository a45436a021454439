// The endpoint's port: bound, and either listened on or only held.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace roomle_sim {

// Owns a file descriptor.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : fd_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.release();
    }
    return *this;
  }

  [[nodiscard]] int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void close();

 private:
  int fd_ = -1;
};

struct BoundSocket {
  Socket socket;
  std::uint16_t port = 0;
};

// Binds to `port` of `host` (0: a free one) and listens, unless `refuse`: then the port is held,
// and whoever connects is refused. Fails with ErrorCode::unavailable. SO_REUSEPORT is never set,
// since it would let two endpoints share a port without a word.
Result<BoundSocket> bind_socket(const std::string& host, std::uint16_t port, bool refuse);

}  // namespace roomle_sim
