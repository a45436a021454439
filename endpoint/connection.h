// One accepted connection: buffered reading, whole writing, waiting, and the ways to end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.h"
#include "endpoint/listening_socket.h"

namespace roomle_sim {

// Threads: one serves it; only interrupt() may be called from another, while the object lives.
// Every wait ends at once when interrupt() is called.
class Connection {
 public:
  explicit Connection(int fd);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Whether a byte to read is there, or comes within `limit`.
  bool wait_for_input(Duration limit);
  // Up to `size` bytes; 0 at the end of the stream, -1 when it broke or nothing came for 10 s.
  long read(char* into, std::size_t size);
  // Keeps a copy of what read() gives from now on, until it is taken.
  void record() { recording_ = true; }
  std::string take_record() {
    recording_ = false;
    return std::exchange(record_, {});
  }

  // False when the peer is gone.
  bool write(std::string_view bytes);
  // Waits; false when the connection ended meanwhile.
  bool pause(Duration duration);
  // Waits until the peer closes its side.
  void wait_for_close();

  // Ends with a TCP reset, after what was written has arrived.
  void reset();
  // Ends so that the peer can still read what was written, although it may be sending still.
  void close_politely();

  void interrupt();

 private:
  bool fill();

  Socket socket_;
  std::string buffer_;
  std::size_t used_ = 0;  // of buffer_
  bool recording_ = false;
  std::string record_;
};

}  // namespace roomle_sim
