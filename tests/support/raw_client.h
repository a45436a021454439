// A client that sends bytes as they are and shows what comes back, byte for byte: for looking at a
// server from outside. Loopback only; every wait ends after a generous limit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomle_sim::test {

// How a stream ended.
enum class StreamEnd {
  open,    // it did not: the wanted bytes came first
  closed,  // in order
  reset,   // with a TCP reset
};

// Threads: one at a time.
class RawClient {
 public:
  // Connects; connected() says whether it was accepted.
  explicit RawClient(std::uint16_t port, const std::string& host = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return fd_ >= 0; }
  // errno of a failed connect, such as ECONNREFUSED.
  [[nodiscard]] int connect_error() const { return connect_error_; }

  void send(std::string_view bytes);
  // Everything until the stream ends.
  std::string read_all();
  // At least `count` bytes, unless the stream ends before.
  std::string read_some(std::size_t count);
  // One response framed by Content-Length: its head and body. What is left stays for the next.
  std::string read_response();
  [[nodiscard]] StreamEnd end() const { return end_; }
  void close();

 private:
  bool fill();

  int fd_ = -1;
  int connect_error_ = 0;
  std::string buffer_;
  StreamEnd end_ = StreamEnd::open;
};

// A POST as text, with Host and Content-Length.
std::string raw_post(std::string_view body,
                     const std::vector<std::pair<std::string, std::string>>& headers = {},
                     std::string_view target = "/");

}  // namespace roomle_sim::test
