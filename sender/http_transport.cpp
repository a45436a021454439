#include "sender/http_transport.h"

#include <atomic>
#include <utility>

#include <fmt/format.h>

#include "sender/connection_pool.h"
#include "sender/deadline_socket.h"
#include "sender/http_exchange.h"
#include "sender/resolver.h"
#include "sender/tls_client.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

using Problem = DeadlineSocket::Problem;
using std::chrono::steady_clock;

SteadyTime deadline_of(SteadyTime start, Duration timeout) {
  // A timeout of "for ever" must not overflow.
  return timeout > SteadyTime::max() - start ? SteadyTime::max() : start + timeout;
}

// Part of the time left, so that one silent address does not use up that of the others.
SteadyTime fair_share(SteadyTime deadline, std::size_t addresses_left) {
  const SteadyTime now = steady_clock::now();
  if (addresses_left < 2 || deadline <= now) return deadline;
  return now + (deadline - now) / static_cast<Duration::rep>(addresses_left);
}

void fail(AttemptResult& result, FailureReason reason, std::string detail) {
  result.error = reason;
  result.detail = std::move(detail);
}

void explain_no_connection(const DeadlineSocket& socket, AttemptResult& result) {
  result.interrupted = socket.problem() == Problem::interrupted;
  switch (socket.problem()) {
    case Problem::tls:
      return fail(result, FailureReason::tls_error, socket.detail());
    case Problem::deadline:
    case Problem::interrupted:
      return fail(result, FailureReason::connect_timeout, socket.detail());
    case Problem::none:
    case Problem::refused:
    case Problem::closed:
    case Problem::broken:
      return fail(result, FailureReason::connect_refused, socket.detail());
  }
}

}  // namespace

class HttpTransport::Impl {
 public:
  Impl(const HttpTransportOptions& options, std::unique_ptr<TlsContext> tls)
      : tls_(std::move(tls)),
        pool_({options.idle_limit, options.idle_per_key, options.idle_in_all}) {}

  AttemptResult post(const AttemptRequest& request);
  void interrupt() {
    interrupted_ = true;
    interrupter_.interrupt();
    resolver_.interrupt();
  }

 private:
  using Connection = std::unique_ptr<DeadlineSocket>;

  // Nothing, and the reason in `result`, when there is no connection to be had.
  Connection open(const Url& url, SteadyTime deadline, AttemptResult& result);
  Connection connect(const std::vector<SocketAddress>& addresses, SteadyTime deadline,
                     AttemptResult& result) const;

  const std::unique_ptr<TlsContext> tls_;
  std::atomic<bool> interrupted_ = false;
  Interrupter interrupter_;
  Resolver resolver_;
  ConnectionPool pool_;  // its sockets use what stands above
};

AttemptResult HttpTransport::Impl::post(const AttemptRequest& request) {
  const SteadyTime start = steady_clock::now();
  const SteadyTime deadline = deadline_of(start, request.timeout);
  AttemptResult result;
  if (interrupted_) {
    result.interrupted = true;
    fail(result, FailureReason::connect_timeout, "interrupted");
    return result;
  }
  const auto url = parse_url(request.url);
  if (!url) {
    fail(result, FailureReason::dns_error, url.error().message);
    return result;
  }
  // A tenant's webhook may change, so the endpoint is part of the key.
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", request.pool_key, url->scheme, url->host, url->port);
  Connection connection = pool_.take(key);
  result.reused_connection = connection != nullptr;
  if (!connection) connection = open(*url, deadline, result);
  if (connection) {
    connection->set_deadline(deadline);
    if (exchange(*connection, *url, request, result)) pool_.give(key, std::move(connection));
  }
  result.duration = steady_clock::now() - start;
  return result;
}

HttpTransport::Impl::Connection HttpTransport::Impl::open(const Url& url, SteadyTime deadline,
                                                          AttemptResult& result) {
  const Resolved resolved = resolver_.resolve(url.host, url.port, deadline);
  if (resolved.addresses.empty()) {
    result.interrupted = resolved.interrupted;
    fail(result, FailureReason::dns_error, resolved.problem);
    return nullptr;
  }
  Connection connection = connect(resolved.addresses, deadline, result);
  if (!connection || !url.tls()) return connection;
  connection->set_deadline(deadline);
  if (connection->start_tls(*tls_, url.host)) return connection;
  explain_no_connection(*connection, result);
  if (connection->problem() == Problem::deadline) {
    result.detail = "the deadline passed during the TLS handshake";
  }
  return nullptr;
}

HttpTransport::Impl::Connection HttpTransport::Impl::connect(
    const std::vector<SocketAddress>& addresses, SteadyTime deadline, AttemptResult& result) const {
  AttemptResult failure;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto socket = std::make_unique<DeadlineSocket>(interrupter_);
    socket->set_deadline(fair_share(deadline, addresses.size() - i));
    if (socket->connect(addresses[i])) return socket;
    // Of several failures the first one tells most, but a silent address more than a refusal.
    if (!failure.error || (failure.error == FailureReason::connect_refused &&
                           socket->problem() == Problem::deadline)) {
      explain_no_connection(*socket, failure);
    }
    if (socket->problem() == Problem::interrupted) {
      explain_no_connection(*socket, failure);
      break;
    }
  }
  result.error = failure.error;
  result.detail = failure.detail;
  result.interrupted = failure.interrupted;
  return nullptr;
}

Result<std::unique_ptr<HttpTransport>> HttpTransport::create(const HttpTransportOptions& options) {
  auto tls = TlsContext::create(
      {options.insecure, options.ca_cert_file, options.client_cert_file, options.client_key_file});
  if (!tls) return tls.error();
  return std::unique_ptr<HttpTransport>(
      new HttpTransport(std::make_unique<Impl>(options, std::move(tls).value())));
}

HttpTransport::HttpTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpTransport::~HttpTransport() = default;

AttemptResult HttpTransport::post(const AttemptRequest& request) {
  return impl_->post(request);
}
void HttpTransport::interrupt() {
  impl_->interrupt();
}

}  // namespace roomle_sim
