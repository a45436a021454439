// How one POST goes out, and all that can come of it. Implemented by HttpTransport over sockets,
// and by the simulation in virtual time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace roomle_sim {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Why an attempt failed: stable words, also in files and --json (failure_word).
enum class FailureReason {
  status,              // a complete response with a status outside 200–299
  dns_error,           // the host's name has no address
  connect_refused,     // the host refused the connection, or cannot be reached
  connect_timeout,     // no connection before the deadline
  tls_error,           // the handshake failed, or the certificate was not accepted
  timeout,             // connected, but no complete response before the deadline
  connection_closed,   // the connection ended before the response was complete
  malformed_response,  // what came is not an HTTP response
};

std::string_view failure_word(FailureReason reason);
std::optional<FailureReason> failure_from_word(std::string_view word);

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;       // at most kBodyCap bytes
  bool body_cut = false;  // there was more; it was read and thrown away
};

// A response body is kept up to here.
inline constexpr std::size_t kBodyCap = 64 * 1024;

struct AttemptRequest {
  std::string pool_key;  // connections are kept per key: the tenant's
  std::string url;       // absolute, as parse_url takes it
  Headers headers;       // in order; Host and Content-Length are the transport's
  std::string body;
  Duration timeout{std::chrono::seconds(10)};  // for everything: name, connect, TLS, send, answer
};

struct AttemptResult {
  // What the transport saw. A complete response of any status has no error; who judges statuses is
  // the delivery (judge() in sender/delivery.h).
  std::optional<FailureReason> error;    // never FailureReason::status
  std::optional<HttpResponse> response;  // also when only its headers arrived
  bool request_sent = false;             // every byte was handed to the kernel
  bool interrupted = false;              // ended by interrupt(), not by the endpoint
  std::string detail;                    // for people: "connection refused (127.0.0.1:9)"
  Duration duration{0};
  bool reused_connection = false;
};

// Contract. Threads: post() is called from many at once and blocks until the result is there, at
// the latest at the request's timeout (within 100 ms). It never throws, and never sends a request
// twice.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual AttemptResult post(const AttemptRequest& request) = 0;
  // Makes every post() under way, and every later one, return soon, with `interrupted` set. For an
  // orderly end.
  virtual void interrupt() = 0;
};

}  // namespace roomle_sim
