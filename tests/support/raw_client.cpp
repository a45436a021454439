#include "tests/support/raw_client.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <netdb.h>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

namespace roomle_sim::test {
namespace {

// Only a hanging test gets here.
constexpr int kLimitMilliseconds = 20'000;

std::size_t length_in(std::string_view head) {
  const std::string_view name = "Content-Length: ";
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return 0;
  return std::strtoul(std::string(head.substr(at + name.size(), 20)).c_str(), nullptr, 10);
}

}  // namespace

RawClient::RawClient(std::uint16_t port, const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* address = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &address) != 0) {
    throw std::invalid_argument("not an address: " + host);
  }
  fd_ = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd_, address->ai_addr, address->ai_addrlen) != 0) {
    connect_error_ = errno;
    close();
  }
  freeaddrinfo(address);
}

RawClient::~RawClient() {
  close();
}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // what became of the stream shows when reading
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::fill() {
  pollfd polled{fd_, POLLIN, 0};
  if (::poll(&polled, 1, kLimitMilliseconds) <= 0) {
    throw std::runtime_error("nothing came from the server for 20 s");
  }
  std::array<char, 16 * 1024> bytes{};
  const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (got > 0) {
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }
  end_ = got == 0 ? StreamEnd::closed : StreamEnd::reset;
  return false;
}

std::string RawClient::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawClient::read_some(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawClient::read_response() {
  std::size_t head = buffer_.find("\r\n\r\n");
  while (head == std::string::npos && fill()) head = buffer_.find("\r\n\r\n");
  if (head == std::string::npos) return std::exchange(buffer_, {});
  const std::size_t size = head + 4 + length_in(std::string_view(buffer_).substr(0, head));
  while (buffer_.size() < size && fill()) {
  }
  std::string response = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return response;
}

std::string raw_post(std::string_view body,
                     const std::vector<std::pair<std::string, std::string>>& headers,
                     std::string_view target) {
  std::string text = "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace roomle_sim::test
