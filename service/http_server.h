// Serves a Router over HTTP/1.1: limits, the guard of the inspector's routes, CORS of the vendor's.
// docs/service.md tells what is refused how.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "endpoint/http_listener.h"
#include "service/router.h"

namespace roomle_sim {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;              // 0: a free one
  std::optional<Secret> access_token;  // what inspector routes ask for (Authorization: Bearer);
                                       // needed where host is no loopback address
  HttpLimits limits;
  // Told after each answer, by the thread that gave it: must be quick. `method`: "other" where it
  // is none that a route has; `route`: its pattern, or empty. So what they can be is bounded.
  std::function<void(const std::string& method, const std::string& route, int status,
                     Duration duration)>
      observer;
};

// Threads: handlers are called from many at once. Lifetime: stop() (and the destructor) ends every
// connection and waits for the handlers; what they use must live until then.
class HttpServer {
 public:
  // Errors: usage (an address beyond the loopback without an access token), unavailable (the port
  // is taken).
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, Router router);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // "http://127.0.0.1:8787", one that can be called from here also where it listens on 0.0.0.0.
  [[nodiscard]] std::string url() const;
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
