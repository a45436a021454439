#include "endpoint/http_listener.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <set>

#include <httplib.h>

#include "endpoint/accept_loop.h"
#include "endpoint/worker_pool.h"
#include "sender/httplib_statics.h"

namespace roomle_sim {
namespace {

constexpr Duration kIdleLimit = std::chrono::seconds(60);
constexpr std::size_t kMostConnections = 1024;

// A request may need so many bytes beside its body: its head, and the sizes of its chunks.
constexpr std::size_t kOverhead = 128 * 1024;

// The library's parser reads through this. What it would answer is swallowed but for its status:
// the answer is written by whoever serves the request.
class ParserStream : public httplib::Stream {
 public:
  ParserStream(Connection& connection, HttpRequest& request)
      : connection_(connection), request_(request) {}

  // The request as the library holds it, from when its head was read.
  void set_parsed(httplib::Request& parsed) { parsed_ = &parsed; }
  // 0 until the request was read, or refused.
  [[nodiscard]] int status() const { return status_; }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // The library refuses descriptors that its select() cannot take; this stream does without.
  socket_t socket() const override { return INVALID_SOCKET; }

  // The library limits neither the length of a header line nor that of a chunked body.
  ssize_t read(char* into, size_t size) override {
    if (left_ == 0) return -1;
    const long count = connection_.read(into, std::min(size, left_));
    if (count > 0) left_ -= static_cast<std::size_t>(count);
    return count;
  }

  ssize_t write(const char* bytes, size_t size) override {
    const std::string text(bytes, size);
    constexpr std::string_view kStart = "HTTP/1.1 ";
    if (status_ == 0 && text.starts_with(kStart)) {
      const int status = std::atoi(text.c_str() + kStart.size());
      if (status == 100) return connection_.write(text) ? static_cast<ssize_t>(size) : -1;
      take(status);
    }
    return static_cast<ssize_t>(size);
  }

 private:
  // The library's request ends with process_request(): now is the time to take the body.
  void take(int status) {
    status_ = status;
    if (parsed_ != nullptr) request_.body = std::move(parsed_->body);
    if (left_ == 0) status_ = parsed_ == nullptr ? 431 : 413;
    if (request_.body.size() > kRequestCap) status_ = 413;
    if (status_ != 200) request_.refusal = status_;
  }

  Connection& connection_;
  HttpRequest& request_;
  httplib::Request* parsed_ = nullptr;
  std::size_t left_ = kRequestCap + kOverhead;
  int status_ = 0;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The library sorts headers and decodes their values; these are as they came.
Headers headers_of(std::string_view head) {
  Headers headers;
  for (std::size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at)) {
    ++at;
    const std::string_view line = head.substr(at, head.find('\n', at) - at);
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
  }
  return headers;
}

// Takes what is told from the parsed head, and leaves the library only what it needs to read the
// body as it is: no ranges, forms, parts or unpacking.
void take_head(httplib::Request& parsed, Connection& connection, HttpRequest& request) {
  request.method = parsed.method;
  request.target = parsed.target;
  request.http10 = parsed.version == "HTTP/1.0";
  request.headers = headers_of(connection.take_record());
  parsed.path = "/";
  parsed.ranges.clear();
  for (const char* name : {"Content-Type", "Content-Encoding", "Accept-Encoding", "Range"}) {
    parsed.headers.erase(name);
  }
  // Without a length a request has no body (RFC 9112, 6.3); the library would wait for the close.
  if (parsed.headers.count("Transfer-Encoding") == 0 &&
      parsed.headers.count("Content-Length") == 0) {
    parsed.headers.emplace("Content-Length", "0");
  }
}

}  // namespace

// Of the library's server only the reading of a request is used.
class HttpListener::Server final : public httplib::Server {
 public:
  Server(Socket socket, Serve serve) : serve_(std::move(serve)) {
    set_payload_max_length(kRequestCap);
    const auto nothing = [](const httplib::Request&, httplib::Response&) {};
    Get("/", nothing).Post("/", nothing).Put("/", nothing).Patch("/", nothing);
    Delete("/", nothing).Options("/", nothing);
    make_httplib_statics();
    loop_.emplace(std::move(socket),
                  [this](int fd) { workers_.run([this, fd] { serve_connection(fd); }); });
  }

  // What is accepted from now on, or was and waits for a thread, is closed unread.
  ~Server() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (Connection* connection : open_) connection->interrupt();
    }
    loop_.reset();
    workers_.finish();
  }

 private:
  void serve_connection(int fd) {
    Connection connection(fd);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      open_.insert(&connection);
    }
    while (connection.wait_for_input(kIdleLimit) && serve_one(connection)) {
    }
    const std::lock_guard lock(mutex_);
    open_.erase(&connection);
  }

  // Whether the connection may be used again.
  bool serve_one(Connection& connection) {
    HttpRequest request;
    ParserStream stream(connection, request);
    bool closed = false;
    connection.record();
    process_request(stream, false, closed, [&](httplib::Request& parsed) {
      take_head(parsed, connection, request);
      stream.set_parsed(parsed);
    });
    connection.take_record();
    if (stream.status() == 0) return false;  // it ended before there was a request
    request.keep_alive = !closed;
    const bool keep = serve_(request, connection);
    if (request.refusal != 0) connection.close_politely();
    return keep && request.refusal == 0;
  }

  Serve serve_;
  std::mutex mutex_;
  std::set<Connection*> open_;
  bool stopping_ = false;
  WorkerPool workers_{kMostConnections};
  std::optional<AcceptLoop> loop_;
};

HttpListener::HttpListener(Socket socket, Serve serve)
    : server_(std::make_unique<Server>(std::move(socket), std::move(serve))) {}

HttpListener::~HttpListener() = default;

}  // namespace roomle_sim
