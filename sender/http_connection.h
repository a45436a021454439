// A connection to an endpoint, and the requests that go over it one after the other. Here
// cpp-httplib does its part.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sender/deadline_socket.h"
#include "sender/transport.h"
#include "tenants/url.h"

namespace roomle_sim {

// What it refers to must outlive the exchange.
struct RequestView {
  std::string_view method;
  std::string_view target;  // escaped: "/path?query"
  const Headers& headers;   // Host and Content-Length are the connection's
  std::string_view body;
};

// Holds what every request of the connection needs again, so that it is made but once.
// Threads: one at a time. The interrupter must outlive it.
class HttpConnection {
 public:
  HttpConnection(Url url, const Interrupter& interrupter);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // To be connected, and given the request's deadline, before each exchange.
  DeadlineSocket& socket() { return socket_; }

  // Posts to the URL that the connection was made for (and not to the request's), and reads the
  // answer to its end. Fills in everything of `result` but `duration` and `reused_connection`.
  // Returns whether the connection can carry another request.
  //
  // Header fields leave sorted by name (cpp-httplib keeps them so); those of one name keep their
  // order. Host, Content-Length and Transfer-Encoding of the caller's are left out in favour of the
  // right ones, and a line break in a value becomes a space. Never throws.
  bool post(const AttemptRequest& attempt, AttemptResult& result);

  // The same for any request, but HEAD. The body goes to `on_body`, piece by piece as it comes and
  // with no cap; the head stands in `result.response` by then, whose body stays empty. `on_body`
  // may set the socket's deadline anew. Where it returns false, reading ends there without an
  // error.
  using OnBody = std::function<bool(std::string_view)>;
  bool exchange(const RequestView& view, AttemptResult& result, const OnBody& on_body);

 private:
  class Client;

  const Url url_;
  DeadlineSocket socket_;
  const std::unique_ptr<Client> client_;
};

}  // namespace roomle_sim
