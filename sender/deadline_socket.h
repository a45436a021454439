// A TCP connection, plain or TLS, all of whose waiting ends at one deadline or by an interruption.
//
// Every wait is a poll() with the time that is left, on the socket and on the interrupter; only the
// first 20 ms of the wait for an answer are spent in recv() where the deadline is farther than
// that, which saves a system call where it counts, and delays an interruption by no more. For it
// recv() on a plain connection may block: every call but that one says MSG_DONTWAIT. What is to be
// sent is queued, and leaves with the next receive(), which sends and receives at the same time: so
// an answer that comes before the request was wholly sent is seen. Errors: the first one stays, in
// problem() and detail(). After one, the connection is of no use. Threads: one at a time;
// Interrupter::interrupt() from any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "sender/byte_channel.h"
#include "sender/resolver.h"
#include "sender/tls_client.h"

namespace roomle_sim {

// Wakes every socket that waits, now and later. Must outlive them.
class Interrupter {
 public:
  Interrupter();
  ~Interrupter();
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;

  void interrupt() const;
  [[nodiscard]] int fd() const { return fd_; }  // becomes readable, and stays so

 private:
  int fd_;
};

class DeadlineSocket final : public ByteChannel {
 public:
  explicit DeadlineSocket(const Interrupter& interrupter);
  ~DeadlineSocket() override;
  DeadlineSocket(const DeadlineSocket&) = delete;
  DeadlineSocket& operator=(const DeadlineSocket&) = delete;

  void set_deadline(SteadyTime deadline) { deadline_ = deadline; }

  // Each is tried once per object. False: see problem(). Where this machine has no descriptor or no
  // memory for a socket, `make_room` is asked whether it freed one, and else connect() waits for
  // one up to the deadline.
  bool connect(const SocketAddress& address, const std::function<bool()>& make_room = {});
  bool start_tls(const TlsContext& context, const std::string& host);

  void queue(std::string_view bytes) override { unsent_ += bytes; }
  // To the kernel, that is.
  [[nodiscard]] bool all_sent() const override { return unsent_.size() == sent_; }
  std::size_t receive(char* to, std::size_t size) override;

  // For a connection that was left idle: still open, and nothing came that nobody asked for.
  [[nodiscard]] bool fit_for_reuse() const;

  [[nodiscard]] Problem problem() const override { return problem_; }
  [[nodiscard]] const std::string& detail() const override { return detail_; }

 private:
  bool wait(short events);
  bool begin(const SocketAddress& address, const std::function<bool()>& make_room, bool& connected);
  bool rest(int shortage);
  bool open_failed(int error, const SocketAddress& address);
  // Send as far as it goes; return the poll() event to wait for before going on, or 0.
  short send_some();
  short send_some_tls();
  std::size_t await_answer(char* to, std::size_t size);
  std::size_t receive_some(char* to, std::size_t size, int flags);
  std::size_t receive_some_tls(char* to, std::size_t size);
  void fail(Problem problem, std::string detail);

  int interrupter_;
  int socket_ = -1;
  SteadyTime deadline_;
  std::unique_ptr<TlsSession> tls_;
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  bool sending_failed_ = false;
  bool recv_waits_ = false;  // up to a brief time-out
  bool received_by_tls_ = false;
  Problem problem_ = Problem::none;
  std::string detail_;
};

}  // namespace roomle_sim
