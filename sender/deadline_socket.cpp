#include "sender/deadline_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/time.h>

#include "sender/shortage.h"

namespace roomle_sim {
namespace {

// On Linux a connection to a free port of this machine may, once in thousands of times, be given
// that very port as its own, and then connects to itself.
bool connected_to_itself(int socket, const SocketAddress& peer) {
  SocketAddress own;
  own.length = sizeof own.storage;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&own.storage), &own.length) != 0) {
    return false;
  }
  return own.length == peer.length && std::memcmp(&own.storage, &peer.storage, own.length) == 0;
}

// How long the first wait for an answer may sleep in recv() itself (see await_answer). Short, for
// nothing but an answer ends it; and not near the deadline, for the kernel rounds it up by a tick.
constexpr timeval kBriefWait{.tv_sec = 0, .tv_usec = 20'000};
constexpr Duration kBriefWaitNeeds = std::chrono::milliseconds(50);

// Makes recv() wait, but never for longer than that.
bool let_recv_wait(int socket) {
  const int flags = fcntl(socket, F_GETFL);
  return flags >= 0 &&
         setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kBriefWait, sizeof kBriefWait) == 0 &&
         fcntl(socket, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

// Between two tries for a socket that this machine does not have.
constexpr Duration kRest = std::chrono::milliseconds(20);

timespec to_timespec(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  timespec spec{};
  spec.tv_sec = seconds.count();
  spec.tv_nsec = (duration - seconds).count();
  return spec;
}

}  // namespace

Interrupter::Interrupter() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Interrupter::~Interrupter() {
  close(fd_);
}

void Interrupter::interrupt() const {
  // Fails only when the counter is full, and then the fd is readable already.
  [[maybe_unused]] const int ignored = eventfd_write(fd_, 1);
}

DeadlineSocket::DeadlineSocket(const Interrupter& interrupter) : interrupter_(interrupter.fd()) {}

DeadlineSocket::~DeadlineSocket() {
  tls_.reset();  // says good-bye, so it comes before the close
  if (socket_ >= 0) close(socket_);
}

bool DeadlineSocket::wait(short events) {
  pollfd fds[] = {{socket_, events, 0}, {interrupter_, POLLIN, 0}};
  for (;;) {
    const auto left = deadline_ - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) {
      fail(Problem::deadline, "the deadline passed");
      return false;
    }
    const timespec limit = to_timespec(left);
    const int n = ppoll(fds, 2, &limit, nullptr);
    if (n > 0 && fds[1].revents != 0) {
      fail(Problem::interrupted, "interrupted");
      return false;
    }
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) {
      fail(Problem::broken, fmt::format("poll: {}", std::generic_category().message(errno)));
      return false;
    }
  }
}

bool DeadlineSocket::open_failed(int error, const SocketAddress& address) {
  if (error == ETIMEDOUT) {
    fail(Problem::deadline, fmt::format("{} does not answer", address.text()));
  } else if (error == ECONNREFUSED) {
    fail(Problem::refused, fmt::format("connection refused by {}", address.text()));
  } else {
    fail(Problem::refused, fmt::format("cannot connect to {}: {}", address.text(),
                                       std::generic_category().message(error)));
  }
  return false;
}

// Lets some time pass in which another may close a socket: nobody tells when one has. False: the
// deadline came, or the interrupter.
bool DeadlineSocket::rest(int shortage) {
  const auto left = deadline_ - std::chrono::steady_clock::now();
  if (left <= Duration::zero()) {
    fail(Problem::deadline, fmt::format("this machine had no socket left until the deadline: {}",
                                        std::generic_category().message(shortage)));
    return false;
  }
  pollfd interrupter{interrupter_, POLLIN, 0};
  const timespec limit = to_timespec(std::min<Duration>(left, kRest));
  if (ppoll(&interrupter, 1, &limit, nullptr) <= 0) return true;
  fail(Problem::interrupted, "interrupted");
  return false;
}

// A socket that is connected, or about to be.
bool DeadlineSocket::begin(const SocketAddress& address, const std::function<bool()>& make_room,
                           bool& connected) {
  for (;;) {
    if (socket_ < 0) {
      socket_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }
    connected = socket_ >= 0 && ::connect(socket_, address.get(), address.length) == 0;
    if (connected || (socket_ >= 0 && errno == EINPROGRESS)) return true;
    const int error = errno;
    if (!is_shortage(error)) return open_failed(error, address);
    if (!(make_room && make_room()) && !rest(error)) return false;
  }
}

bool DeadlineSocket::connect(const SocketAddress& address, const std::function<bool()>& make_room) {
  bool connected = false;
  if (!begin(address, make_room, connected)) return false;
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!connected) {
    if (!wait(POLLOUT)) {
      if (problem_ == Problem::deadline) detail_ = address.text() + " does not answer";
      return false;
    }
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return open_failed(error, address);
  }
  if (connected_to_itself(socket_, address)) return open_failed(ECONNREFUSED, address);
  return true;
}

bool DeadlineSocket::start_tls(const TlsContext& context, const std::string& host) {
  tls_ = std::make_unique<TlsSession>(context, socket_, host);
  for (;;) {
    switch (tls_->handshake().state) {
      case TlsStep::State::done:
        return true;
      case TlsStep::State::want_read:
        if (!wait(POLLIN)) return false;
        break;
      case TlsStep::State::want_write:
        if (!wait(POLLOUT)) return false;
        break;
      case TlsStep::State::failed:
        fail(Problem::tls, tls_->problem());
        return false;
      case TlsStep::State::closed:
      case TlsStep::State::cut:
        fail(Problem::tls, "the connection was closed during the TLS handshake");
        return false;
      case TlsStep::State::reset:
        fail(Problem::tls, "the connection broke during the TLS handshake: " + tls_->problem());
        return false;
    }
  }
}

std::size_t DeadlineSocket::receive(char* to, std::size_t size) {
  while (problem_ == Problem::none) {
    short events = POLLIN;
    if (!all_sent() && !sending_failed_) {
      events = static_cast<short>(events | (tls_ ? send_some_tls() : send_some()));
      if (!tls_ && all_sent()) {
        if (const std::size_t n = await_answer(to, size); n > 0) return n;
        if (problem_ != Problem::none) return 0;
      }
    }
    // Waiting comes before reading also when bytes are there already: it watches the deadline and
    // the interrupter, which a peer that never stops sending must not outrun.
    if (!(tls_ && tls_->has_buffered()) && !wait(events)) return 0;
    const std::size_t n = tls_ ? receive_some_tls(to, size) : receive_some(to, size, MSG_DONTWAIT);
    if (n > 0) return n;
  }
  return 0;
}

// An endpoint nearby answers within milliseconds. To sleep in recv() for them saves the poll, which
// is a quarter of the cost of a POST (bench/README.md). What comes later is for wait().
std::size_t DeadlineSocket::await_answer(char* to, std::size_t size) {
  if (deadline_ - std::chrono::steady_clock::now() < kBriefWaitNeeds) return 0;
  if (!recv_waits_ && !let_recv_wait(socket_)) return 0;
  recv_waits_ = true;
  return receive_some(to, size, 0);
}

short DeadlineSocket::send_some() {
  while (!all_sent()) {
    const auto n =
        send(socket_, unsent_.data() + sent_, unsent_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
      sent_ += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      // The peer may have answered before it hung up: what it said is still to be read.
      if (errno == EAGAIN) return POLLOUT;
      sending_failed_ = true;
      return 0;
    }
  }
  unsent_.clear();
  sent_ = 0;
  return 0;
}

short DeadlineSocket::send_some_tls() {
  while (!all_sent()) {
    const TlsStep step = tls_->write(std::string_view(unsent_).substr(sent_));
    if (step.state == TlsStep::State::want_read) return POLLIN;
    if (step.state == TlsStep::State::want_write) return POLLOUT;
    if (step.state != TlsStep::State::done) {
      sending_failed_ = true;
      return 0;
    }
    sent_ += step.bytes;
  }
  unsent_.clear();
  sent_ = 0;
  return 0;
}

std::size_t DeadlineSocket::receive_some(char* to, std::size_t size, int flags) {
  const auto n = recv(socket_, to, size, flags);
  if (n > 0) return static_cast<std::size_t>(n);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n < 0) {
    fail(Problem::broken, std::generic_category().message(errno));
  } else if (sending_failed_) {
    // The failed send has already told of the reset; this is only its echo.
    fail(Problem::broken, std::generic_category().message(ECONNRESET));
  } else {
    fail(Problem::closed, "closed by the endpoint");
  }
  return 0;
}

std::size_t DeadlineSocket::receive_some_tls(char* to, std::size_t size) {
  const TlsStep step = tls_->read(to, size);
  switch (step.state) {
    case TlsStep::State::done:
      received_by_tls_ = received_by_tls_ || step.bytes > 0;
      return step.bytes;
    case TlsStep::State::want_read:
      break;
    case TlsStep::State::want_write:
      wait(POLLOUT);
      break;
    case TlsStep::State::closed:
      fail(sending_failed_ ? Problem::broken : Problem::closed, "closed by the endpoint");
      break;
    case TlsStep::State::cut:
      fail(Problem::broken, "ended without TLS's close_notify");
      break;
    case TlsStep::State::reset:
      fail(Problem::broken, tls_->problem());
      break;
    case TlsStep::State::failed:
      // With TLS 1.3 a refusal of our certificate comes after our side of the handshake is done.
      fail(received_by_tls_ ? Problem::broken : Problem::tls, tls_->problem());
      break;
  }
  return 0;
}

bool DeadlineSocket::fit_for_reuse() const {
  if (problem_ != Problem::none || sending_failed_ || !all_sent()) return false;
  char byte = 0;
  return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void DeadlineSocket::fail(Problem problem, std::string detail) {
  if (problem_ != Problem::none) return;
  problem_ = problem;
  detail_ = std::move(detail);
}

}  // namespace roomle_sim
