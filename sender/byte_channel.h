// What an HTTP exchange talks over: bytes out, bytes in, and how it ended. Implemented by
// DeadlineSocket over TCP, and by the endpoint without sockets over memory (endpoint/), so that the
// same reading judges what comes in either.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace roomle_sim {

// Errors: the first one stays. After one, the channel is of no use. Threads: one at a time.
class ByteChannel {
 public:
  enum class Problem {
    none,
    deadline,     // the deadline passed
    interrupted,  // whoever drives the sender wants it to end
    refused,      // no connection could be made
    closed,       // the peer ended the connection, in an orderly way
    broken,       // it ended in any other way: reset, TLS without its good-bye
    tls,          // the handshake failed, or a certificate was refused
  };

  virtual ~ByteChannel() = default;

  // Nothing leaves before the next receive().
  virtual void queue(std::string_view bytes) = 0;
  // Whether everything queued has left.
  [[nodiscard]] virtual bool all_sent() const = 0;
  // Waits for bytes: how many came, or 0 on an end or a failure (see problem()).
  virtual std::size_t receive(char* to, std::size_t size) = 0;

  [[nodiscard]] virtual Problem problem() const = 0;
  [[nodiscard]] virtual const std::string& detail() const = 0;  // for people
};

}  // namespace roomle_sim
