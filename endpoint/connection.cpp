#include "endpoint/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <utility>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace roomle_sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr Duration kForever = std::chrono::hours(24 * 365);
constexpr std::size_t kReadSize = 16 * 1024;

// The events that came within `limit`; 0 where none did.
short wait_for(int fd, short events, Duration limit) {
  const auto end = steady_clock::now() + limit;
  for (;;) {
    const Duration left = std::max(Duration::zero(), Duration(end - steady_clock::now()));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), (left - seconds).count()};
    pollfd polled{fd, events, 0};
    const int ready = ppoll(&polled, 1, &timeout, nullptr);
    if (ready > 0) return polled.revents;
    if (ready == 0 || errno != EINTR) return 0;
  }
}

}  // namespace

Connection::Connection(int fd, Duration write_limit) : socket_(fd), write_limit_(write_limit) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

Connection::~Connection() {
  // An end without it would look like a cut to the peer.
  if (!reset_) say_goodbye();
}

bool Connection::start_tls(std::unique_ptr<TlsPeer> tls, Duration limit) {
  set_deadline(steady_clock::now() + limit);
  for (bool first = true;; first = false) {
    const TlsPeer::Handshake state = tls->handshake();
    const bool sent = send_all(tls->to_send());
    if (state == TlsPeer::Handshake::done) break;
    std::string bytes;
    if (!sent || state == TlsPeer::Handshake::failed || receive(bytes) <= 0) return false;
    if (first) spoke_tls_ = bytes.front() == kTlsHandshake;
    tls->arrived(bytes);
  }
  set_deadline(steady_clock::time_point::max());
  tls_ = std::move(tls);
  // A request may have come with the last part of the handshake.
  tls_->read(buffer_);
  return true;
}

bool Connection::wait_for_input(Duration limit) {
  return used_ < buffer_.size() || (wait_for(socket_.fd(), POLLIN, limit) & POLLIN) != 0;
}

long Connection::receive(std::string& bytes) {
  // The flood of a fast peer must not put the deadline off either.
  const auto now = steady_clock::now();
  const Duration left = std::min<Duration>(kForever, deadline_ - now);
  if (deadline_ <= now || wait_for(socket_.fd(), POLLIN, left) == 0) {
    timed_out_ = true;
    return -1;
  }
  bytes.resize(kReadSize);
  const ssize_t got = recv(socket_.fd(), bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  return got;
}

bool Connection::fill() {
  used_ = 0;
  if (!tls_) return receive(buffer_) >= 0;
  buffer_.clear();
  std::string bytes;
  for (;;) {
    const long got = receive(bytes);
    if (got <= 0) return got == 0;
    tls_->arrived(bytes);
    const bool goes_on = tls_->read(buffer_);
    if (!send_all(tls_->to_send())) return false;
    if (!buffer_.empty() || !goes_on) return true;
  }
}

long Connection::read(char* into, std::size_t size) {
  if (used_ == buffer_.size() && !fill()) return -1;
  const std::size_t count = std::min(size, buffer_.size() - used_);
  std::copy_n(buffer_.data() + used_, count, into);
  used_ += count;
  return static_cast<long>(count);
}

bool Connection::write(std::string_view bytes) {
  if (!tls_) return send_all(bytes);
  tls_->write(bytes);
  return send_all(tls_->to_send());
}

bool Connection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (wait_for(socket_.fd(), POLLOUT, write_limit_) == 0) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool Connection::pause(Duration duration) {
  // A peer that gave up closes its side, which only POLLRDHUP tells: its input may be unread.
  return wait_for(socket_.fd(), POLLRDHUP, duration) == 0;
}

void Connection::wait_for_close() {
  wait_for(socket_.fd(), POLLRDHUP, kForever);
}

bool Connection::peer_gone() const {
  return wait_for(socket_.fd(), POLLRDHUP, Duration::zero()) != 0;
}

bool Connection::input_arrived() const {
  return wait_for(socket_.fd(), POLLIN, Duration::zero()) != 0;
}

void Connection::reset() {
  reset_ = true;
  // A reset throws away what is still queued here; on a loopback that is nothing, or soon nothing.
  int queued = 0;
  for (int tries = 0; tries < 100 && ioctl(socket_.fd(), SIOCOUTQ, &queued) == 0 && queued > 0;
       ++tries) {
    // Not pause(): the bytes still go to a peer that has closed only its own side.
    if (wait_for(socket_.fd(), 0, milliseconds(1)) != 0) break;
  }
  const linger abort{1, 0};
  setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
}

void Connection::close_politely() {
  // Closing while input is unread resets the connection, and takes the answer away from the peer.
  constexpr std::size_t kMostDrained = 4 * 1024 * 1024;
  say_goodbye();
  shutdown(socket_.fd(), SHUT_WR);
  std::array<char, kReadSize> ignored{};
  const auto end = steady_clock::now() + std::chrono::seconds(1);
  for (std::size_t drained = 0; drained < kMostDrained;) {
    if ((wait_for(socket_.fd(), POLLIN, end - steady_clock::now()) & POLLIN) == 0) return;
    const ssize_t got = recv(socket_.fd(), ignored.data(), ignored.size(), 0);
    if (got <= 0) return;
    drained += static_cast<std::size_t>(got);
  }
}

void Connection::say_goodbye() {
  if (!tls_) return;
  tls_->say_goodbye();
  const std::string bytes = tls_->to_send();
  // Who takes nothing is not waited for.
  send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  tls_.reset();
}

void Connection::interrupt() {
  shutdown(socket_.fd(), SHUT_RDWR);
}

}  // namespace roomle_sim
