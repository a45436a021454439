#include "tests/support/raw_server.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace roomle_sim {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int bound_socket(std::uint16_t& port) {
  const int fd = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  checked(bind(fd, reinterpret_cast<sockaddr*>(&address), length), "bind");
  checked(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

std::string url_of(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port) + "/";
}

std::size_t body_length(const std::string& head) {
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto at = lower.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::stoul(lower.substr(at + 17));
}

}  // namespace

RawConnection::RawConnection(int socket, int stop, std::unique_ptr<TlsServerSession> tls)
    : socket_(socket), stop_(stop), tls_(std::move(tls)) {}

RawConnection::~RawConnection() {
  if (socket_ < 0) return;
  shut_down();
  // Bytes that were never read would turn the close into a reset.
  char ignored[4096];
  while (wait(POLLIN) && recv(socket_, ignored, sizeof ignored, 0) > 0) {
  }
  close(socket_);
}

bool RawConnection::wait(short events) {
  pollfd fds[] = {{socket_, events, 0}, {stop_, POLLIN, 0}};
  while (poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
  return fds[1].revents == 0;
}

bool RawConnection::handshake() {
  while (tls_) {
    const int n = tls_->handshake();
    if (n == 0) return true;
    if (n < 0 || !wait(static_cast<short>(n))) return false;
  }
  return true;
}

std::string RawConnection::read_some() {
  if (!read_ahead_.empty()) return std::exchange(read_ahead_, {});
  std::string bytes(64 * 1024, '\0');
  for (;;) {
    const auto n = tls_ ? tls_->read(bytes.data(), bytes.size())
                        : recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n > 0) {
      bytes.resize(static_cast<std::size_t>(n));
      return bytes;
    }
    if (n == 0 || errno != EAGAIN || !wait(POLLIN)) return {};
  }
}

std::string RawConnection::read_request() {
  std::string request;
  for (;;) {
    const auto end = request.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t size = end + 4 + body_length(request.substr(0, end));
      if (request.size() >= size) {
        read_ahead_ = request.substr(size);
        request.resize(size);
        return request;
      }
    }
    const std::string more = read_some();
    if (more.empty()) return {};
    request += more;
  }
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = tls_ ? tls_->write(bytes.data(), bytes.size())
                        : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EAGAIN || !wait(POLLOUT)) {
      return false;
    }
  }
  return true;
}

bool RawConnection::pause(std::chrono::milliseconds time) {
  pollfd fds[] = {{socket_, POLLRDHUP, 0}, {stop_, POLLIN, 0}};
  return poll(fds, 2, static_cast<int>(time.count())) == 0;
}

void RawConnection::wait_for_close() {
  while (!read_some().empty()) {
  }
}

void RawConnection::shut_down() {
  if (tls_) tls_->say_goodbye();
  shutdown(socket_, SHUT_WR);
}

void RawConnection::reset() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(std::exchange(socket_, -1));
}

RawServer::RawServer(Handler handler, std::shared_ptr<TlsServerContext> tls)
    : handler_(std::move(handler)),
      tls_(std::move(tls)),
      listener_(bound_socket(port_)),
      stop_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")) {
  checked(listen(listener_, 256), "listen");
  acceptor_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
  eventfd_write(stop_, 1);
  acceptor_.join();
  for (std::thread& worker : workers_) worker.join();
  close(listener_);
  close(stop_);
}

std::string RawServer::url(const std::string& host) const {
  return std::string(tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + "/hook";
}

void RawServer::accept_all() {
  pollfd fds[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, -1) < 0 && errno == EINTR) continue;
    if (fds[1].revents != 0) return;
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

void RawServer::serve(int socket) {
  sigset_t pipe;  // OpenSSL's own socket BIO, on this side, writes with write()
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  RawConnection connection(socket, stop_, tls_ ? tls_->accept(socket) : nullptr);
  if (connection.handshake()) handler_(connection);
}

std::string RawServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

RefusingPort::RefusingPort() : socket_(bound_socket(port_)) {}
RefusingPort::~RefusingPort() {
  close(socket_);
}
std::string RefusingPort::url() const {
  return url_of(port_);
}

SilentPort::SilentPort() {
  const int listener = bound_socket(port_);
  sockets_.push_back(listener);
  checked(listen(listener, 0), "listen");
  for (int answered = 1; answered > 0;) {
    const int client = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
    sockets_.push_back(client);
    const sockaddr_in address = loopback(port_);
    connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    pollfd fds{client, POLLOUT, 0};
    answered = poll(&fds, 1, 100);
  }
}

SilentPort::~SilentPort() {
  for (const int fd : sockets_) close(fd);
}

std::string SilentPort::url() const {
  return url_of(port_);
}

}  // namespace roomle_sim
