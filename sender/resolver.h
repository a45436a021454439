// From a host to its addresses, within a deadline.
//
// getaddrinfo can neither be interrupted nor given a time-out, so a name is looked up in a thread
// of its own that may outlive the post that asked, and even the Resolver: what both need is shared.
// Where this machine lacks a descriptor, a thread or memory for it, it is tried again until the
// deadline. Posts that ask for one name at the same time share one look-up, hence one thread.
// Addresses in digits and "localhost" (always the loopback, RFC 6761 section 6.3) need no look-up.
// Threads: all of it may be called from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "base/result.h"

namespace roomle_sim {

using SteadyTime = std::chrono::steady_clock::time_point;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  void set_port(std::uint16_t port);
  [[nodiscard]] const sockaddr* get() const;
  // "127.0.0.1:80" or "[::1]:80".
  [[nodiscard]] std::string text() const;
};

struct Resolved {
  std::vector<SocketAddress> addresses;  // in the order to try; empty on failure
  bool interrupted = false;
  std::string problem;  // why there are none
};

class Resolver {
 public:
  // Blocks for as long as it takes; the error says what was wrong. ErrorCode::busy: this machine
  // lacks something for it, which says nothing of the name.
  using LookUp = std::function<Result<std::vector<SocketAddress>>(const std::string& host)>;

  static LookUp system_look_up();     // getaddrinfo
  Resolver();                         // asks the system
  explicit Resolver(LookUp look_up);  // for tests
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  Resolved resolve(const std::string& host, std::uint16_t port, SteadyTime deadline);
  // Ends every wait, now and later.
  void interrupt();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace roomle_sim
