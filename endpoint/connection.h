// One accepted connection: buffered reading, whole writing, waiting, and the ways to end.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "endpoint/listening_socket.h"
#include "endpoint/tls_server.h"

namespace roomle_sim {

// Threads: one serves it; only interrupt() and input_arrived() may be called from another, while
// the object lives. Every wait ends at once when interrupt() is called.
class Connection {
 public:
  // `write_limit`: how long write() waits for a peer that takes nothing.
  explicit Connection(int fd, Duration write_limit = std::chrono::seconds(30));
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // From now on everything goes through it, once the handshake is done. False when it failed, or
  // was not done within `limit`; a failure's alert was sent then.
  bool start_tls(std::unique_ptr<TlsPeer> tls, Duration limit);
  // Whether the first byte that start_tls() read begins TLS; nothing where none came.
  [[nodiscard]] std::optional<bool> spoke_tls() const { return spoke_tls_; }

  // Whether a byte to read is there, or comes within `limit`.
  bool wait_for_input(Duration limit);
  // When read() gives up; a byte that comes late does not move it.
  void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }
  // Up to `size` bytes; 0 at the end of the stream, -1 when it broke or the deadline came.
  long read(char* into, std::size_t size);
  // Whether a read() gave up at the deadline.
  [[nodiscard]] bool timed_out() const { return timed_out_; }

  // False when the peer is gone, or took nothing within the limit.
  bool write(std::string_view bytes);
  // Waits; false when the connection ended meanwhile.
  bool pause(Duration duration);
  // Waits until the peer closes its side.
  void wait_for_close();
  // Whether the peer has closed its side, or the connection broke; looks without waiting.
  [[nodiscard]] bool peer_gone() const;
  // Whether something to read, or the end, has arrived; looks without waiting. Also from another
  // thread than the one that serves it.
  [[nodiscard]] bool input_arrived() const;

  // Ends with a TCP reset, after what was written has arrived.
  void reset();
  // Ends so that the peer can still read what was written, although it may be sending still.
  void close_politely();

  void interrupt();

 private:
  bool fill();
  // What the socket gives before the deadline: a count as read() has it.
  long receive(std::string& bytes);
  bool send_all(std::string_view bytes);
  void say_goodbye();

  Socket socket_;
  std::unique_ptr<TlsPeer> tls_;  // null: plain
  std::string buffer_;
  std::size_t used_ = 0;  // of buffer_
  const Duration write_limit_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool timed_out_ = false;
  std::optional<bool> spoke_tls_;
  bool reset_ = false;
};

}  // namespace roomle_sim
