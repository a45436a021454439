#include "sender/httplib_statics.h"

#include <string>
#include <string_view>

#include <httplib.h>

namespace roomle_sim {
namespace {

// Gives what it was made with, and takes everything.
class TextStream : public httplib::Stream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}

  ssize_t read(char* to, size_t size) override {
    const size_t n = text_.copy(to, size);
    text_.remove_prefix(n);
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view text_;
};

class Server : private httplib::Server {
 public:
  void serve(TextStream stream) {
    bool closed = false;
    process_request(stream, true, closed, nullptr);
  }
};

class Client : private httplib::ClientImpl {
 public:
  Client() : ClientImpl("localhost") {}

  void ask(TextStream stream) {
    httplib::Request request;
    request.method = "GET";
    request.path = "/";
    httplib::Response response;
    auto error = httplib::Error::Success;
    process_request(stream, request, response, false, error);
  }
};

bool make() {
  Server().serve(TextStream("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  Client().ask(TextStream("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"));
  return true;
}

}  // namespace

void make_httplib_statics() {
  [[maybe_unused]] static const bool made = make();
}

}  // namespace roomle_sim
