// Accepts connections and reads HTTP requests from them, with cpp-httplib's parser; what is
// answered is the caller's, byte for byte.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "endpoint/connection.h"
#include "endpoint/listening_socket.h"
#include "sender/transport.h"

namespace roomle_sim {

// A request larger than this is answered 413.
inline constexpr std::size_t kRequestCap = 1024 * 1024;

struct HttpRequest {
  std::string method;  // empty where not even the first line could be read
  std::string target;
  Headers headers;  // in the order they came
  std::string body;
  bool http10 = false;
  bool keep_alive = true;  // as far as the client goes
  int refusal = 0;         // not 0: it could not be read, and this status says why
};

// Threads: `serve` is called from many at once, once for each request, and returns whether the
// connection may be used again. Lifetime: the destructor ends every connection and waits for them.
class HttpListener {
 public:
  using Serve = std::function<bool(HttpRequest& request, Connection& connection)>;

  // The socket must be listening already.
  HttpListener(Socket socket, Serve serve);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace roomle_sim
