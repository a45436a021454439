// Accepts connections and reads HTTP requests from them, strictly and within limits; what is
// answered is the caller's, byte for byte.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "endpoint/connection.h"
#include "endpoint/listening_socket.h"
#include "sender/transport.h"

namespace roomle_sim {

// A request larger than this is answered 413.
inline constexpr std::size_t kRequestCap = 1024 * 1024;

struct HttpLimits {
  std::size_t body = kRequestCap;           // bytes; beyond: 413
  std::size_t bodies = 64UL * 1024 * 1024;  // bytes of all that are held at once; beyond: 503
  std::size_t head = 64 * 1024;             // bytes of request line and headers; beyond: 431
  std::size_t connections = 1024;  // at once; beyond: the longest idle one makes room, or 503
  Duration idle = std::chrono::seconds(60);     // between two requests of a connection
  Duration request = std::chrono::seconds(60);  // from a request's first byte to its last: 408
  Duration write = std::chrono::seconds(30);    // nothing of an answer could be sent for so long
};

// A field of a form: multipart/form-data or application/x-www-form-urlencoded.
struct FormField {
  std::string name;
  std::string filename;      // empty: no file
  std::string content_type;  // as the part says; may be empty
  std::string content;
};

struct HttpRequest {
  std::string method;  // empty where not even the first line could be read
  std::string target;
  Headers headers;  // in the order they came
  std::string body;
  std::vector<FormField> form;  // where forms are read (HttpListener's `read_forms`)
  bool http10 = false;
  bool keep_alive = true;    // as far as the client goes
  int refusal = 0;           // not 0: it could not be read, and this status says why
  std::string refusal_text;  // the same as a sentence for people
};

// Refused are (HttpRequest::refusal): what is no HTTP, or not complete: 400; what came too slowly:
// 408; too large: 413, 431; a Transfer-Encoding that is not chunked: 501; a connection too many:
// 503 (then nothing of the request is known); a body for which there is no room beside those of
// other requests: 503 as well. After a refusal the connection ends.
//
// Threads: `serve` is called from many at once, once for each request, and returns whether the
// connection may be used again. Lifetime: the destructor ends every connection and waits for them.
class HttpListener {
 public:
  using Serve = std::function<bool(HttpRequest& request, Connection& connection)>;
  // Called first for each connection, before anything is read; where it returns false, the
  // connection ends.
  using Greet = std::function<bool(Connection& connection)>;

  // The socket must be listening already. `read_forms`: the body of a form is taken apart too.
  HttpListener(Socket socket, Serve serve, HttpLimits limits = {}, bool read_forms = false,
               Greet greet = {});
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace roomle_sim
