// Posts over real sockets: HTTP/1.1, plain or TLS, with kept-alive connections.
//
// Everything of a post lies before one deadline: looking up the name, connecting (the addresses in
// their order, each with a fair share of the time left), TLS, sending, and reading the answer to
// its end. Redirects are not followed, nothing is unpacked, no proxy is used.
//
// Reasons, where transport.h leaves a choice:
// - The deadline during the look-up is dns_error, while connecting or during the TLS handshake
//   connect_timeout (nothing was sent yet), afterwards timeout.
// - A response without a length is complete when the connection ends in an orderly way; over TLS
//   that takes a close_notify. Any other end is connection_closed.
// - With TLS 1.3 the endpoint refuses our certificate only after the request may have been sent:
//   still tls_error, with request_sent set.
// - interrupt() gives the reason of a deadline in the same place, with `interrupted` set.
// - A URL that parse_url refuses is dns_error: there is no host to look up.
// - Where this machine has no descriptor or no memory for a socket, which says nothing of the
//   endpoint, the post waits for one: connect_timeout at the deadline, and never connect_refused.
// A whole response that comes while the request is still being sent counts.
//
// Threads: as Transport says. Lifetime: every post() must have returned before destruction.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sender/resolver.h"
#include "sender/targets.h"
#include "sender/transport.h"

namespace roomle_sim {

struct HttpTransportOptions {
  Targets targets = Targets::any;
  bool insecure = false;           // take any certificate of the endpoint's
  std::string ca_cert_file;        // PEM: trusted in addition to the system's authorities
  std::string ca_cert_pem;         // the same as a text
  bool system_authorities = true;  // trusted; reading them takes the first TLS attempt some 30 ms
  std::string client_cert_file;    // PEM: shown to an endpoint that asks; the leaf first
  std::string client_key_file;     // PEM, not encrypted; empty: it is in client_cert_file
  // A connection that was idle for longer is closed instead of used. Below the time-out of the
  // usual servers (5 s: Node.js, Apache), so that they seldom hang up first.
  Duration idle_limit{std::chrono::seconds(4)};
  std::size_t idle_per_key = 8;   // connections kept for a pool_key and an endpoint
  std::size_t idle_in_all = 256;  // connections kept
};

class HttpTransport : public Transport {
 public:
  // Certificate files that cannot be used are an error (bad_input).
  static Result<std::unique_ptr<HttpTransport>> create(const HttpTransportOptions& options);
  // Names are looked up so: for tests.
  static Result<std::unique_ptr<HttpTransport>> create(const HttpTransportOptions& options,
                                                       Resolver::LookUp look_up);
  ~HttpTransport() override;

  AttemptResult post(const AttemptRequest& request) override;
  void interrupt() override;

 private:
  class Impl;
  explicit HttpTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
