// A TCP (or TLS) server on a free loopback port that does what a callback says, however wrong.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/test_certificate.h"

namespace roomle_sim {

// The server's end of one connection; closed in an orderly way when the callback returns. Every
// wait ends when the server is destroyed, so callbacks may wait for ever.
class RawConnection {
 public:
  RawConnection(int socket, int stop, std::unique_ptr<TlsServerSession> tls);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool handshake();
  // Head and body (by Content-Length) of the next request; empty when there is none.
  std::string read_request();
  // At least one byte; empty at the end.
  std::string read_some();
  // False when the peer is gone or the server ends.
  bool send(std::string_view bytes);
  // Lets time pass. False when the peer hung up or the server ends before.
  bool pause(std::chrono::milliseconds time);
  void wait_for_close();
  void shut_down();  // says good-bye at once; the rest comes with the end of the callback
  void reset();      // ends the connection with a TCP reset

 private:
  bool wait(short events);

  int socket_;
  int stop_;
  std::unique_ptr<TlsServerSession> tls_;
  std::string read_ahead_;
};

class RawServer {
 public:
  using Handler = std::function<void(RawConnection&)>;

  explicit RawServer(Handler handler, std::shared_ptr<TlsServerContext> tls = nullptr);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const;
  // The same without a path: "http://127.0.0.1:PORT".
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Handler handler_;
  std::shared_ptr<TlsServerContext> tls_;
  std::uint16_t port_ = 0;  // set by the listener's making, so it stands before it
  int listener_;
  int stop_;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::list<std::thread> workers_;
  std::thread acceptor_;
};

// A port that is taken, but refuses connections.
class RefusingPort {
 public:
  RefusingPort();
  ~RefusingPort();
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;
  [[nodiscard]] std::string url() const;

 private:
  std::uint16_t port_ = 0;  // set by the socket's making, so it stands before it
  int socket_;
};

// A port whose queue is full: attempts to connect get no answer.
class SilentPort {
 public:
  SilentPort();
  ~SilentPort();
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  [[nodiscard]] std::string url() const;

 private:
  std::list<int> sockets_;
  std::uint16_t port_ = 0;
};

}  // namespace roomle_sim
