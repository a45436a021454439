#include "sender/http_transport.h"

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sender/connection_pool.h"
#include "sender/http_connection.h"
#include "sender/httplib_statics.h"
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

// Leaves the addresses that may be posted to, in their order; where that is none, says why.
std::optional<std::string> keep_allowed(Targets targets, std::vector<SocketAddress>& addresses) {
  const std::string first = addresses.front().text();
  std::erase_if(addresses, [&](const SocketAddress& one) { return !allowed(targets, one); });
  if (!addresses.empty()) return std::nullopt;
  return fmt::format("{} is no {} address: --targets {} allows no others", first,
                     targets_word(targets), targets_word(targets));
}

}  // namespace

class HttpTransport::Impl {
 public:
  Impl(const HttpTransportOptions& options, std::unique_ptr<TlsContext> tls,
       Resolver::LookUp look_up)
      : targets_(options.targets),
        tls_(std::move(tls)),
        resolver_(std::move(look_up)),
        pool_({options.idle_limit, options.idle_per_key, options.idle_in_all}) {}

  AttemptResult post(const AttemptRequest& request);
  void interrupt() {
    interrupted_ = true;
    interrupter_.interrupt();
    resolver_.interrupt();
  }

 private:
  using Connection = std::unique_ptr<HttpConnection>;

  // Nothing, and the reason in `result`, when there is no connection to be had.
  Connection open(const std::string& text, SteadyTime deadline, AttemptResult& result);
  Connection connect(const Url& url, const std::vector<SocketAddress>& addresses,
                     SteadyTime deadline, AttemptResult& result);

  const Targets targets_;
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
  // A tenant's webhook may change, so the endpoint is part of the key.
  const std::string key = request.pool_key + '\n' + request.url;
  Connection connection = pool_.take(key);
  result.reused_connection = connection != nullptr;
  if (!connection) connection = open(request.url, deadline, result);
  if (connection) {
    connection->socket().set_deadline(deadline);
    if (connection->post(request, result)) pool_.give(key, std::move(connection));
  }
  result.duration = steady_clock::now() - start;
  return result;
}

HttpTransport::Impl::Connection HttpTransport::Impl::open(const std::string& text,
                                                          SteadyTime deadline,
                                                          AttemptResult& result) {
  const auto url = parse_url(text);
  if (!url) {
    fail(result, FailureReason::dns_error, url.error().message);
    return nullptr;
  }
  Resolved resolved = resolver_.resolve(url->host, url->port, deadline);
  if (resolved.addresses.empty()) {
    result.interrupted = resolved.interrupted;
    fail(result, FailureReason::dns_error, resolved.problem);
    return nullptr;
  }
  if (auto refusal = keep_allowed(targets_, resolved.addresses)) {
    fail(result, FailureReason::connect_refused, std::move(*refusal));
    return nullptr;
  }
  Connection connection = connect(*url, resolved.addresses, deadline, result);
  if (!connection || !url->tls()) return connection;
  DeadlineSocket& socket = connection->socket();
  socket.set_deadline(deadline);
  if (socket.start_tls(*tls_, url->host)) return connection;
  explain_no_connection(socket, result);
  if (socket.problem() == Problem::deadline) {
    result.detail = "the deadline passed during the TLS handshake";
  }
  return nullptr;
}

HttpTransport::Impl::Connection HttpTransport::Impl::connect(
    const Url& url, const std::vector<SocketAddress>& addresses, SteadyTime deadline,
    AttemptResult& result) {
  AttemptResult failure;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto connection = std::make_unique<HttpConnection>(url, interrupter_);
    DeadlineSocket& socket = connection->socket();
    socket.set_deadline(fair_share(deadline, addresses.size() - i));
    if (socket.connect(addresses[i], [this] { return pool_.drop_oldest(); })) return connection;
    // Of several failures the first one tells most, but a silent address more than a refusal.
    if (!failure.error || (failure.error == FailureReason::connect_refused &&
                           socket.problem() == Problem::deadline)) {
      explain_no_connection(socket, failure);
    }
    if (socket.problem() == Problem::interrupted) {
      explain_no_connection(socket, failure);
      break;
    }
  }
  result.error = failure.error;
  result.detail = failure.detail;
  result.interrupted = failure.interrupted;
  return nullptr;
}

Result<std::unique_ptr<HttpTransport>> HttpTransport::create(const HttpTransportOptions& options) {
  return create(options, Resolver::system_look_up());
}

Result<std::unique_ptr<HttpTransport>> HttpTransport::create(const HttpTransportOptions& options,
                                                             Resolver::LookUp look_up) {
  auto tls = TlsContext::create({options.insecure, options.ca_cert_file, options.ca_cert_pem,
                                 options.system_authorities, options.client_cert_file,
                                 options.client_key_file});
  if (!tls) return tls.error();
  make_httplib_statics();
  return std::unique_ptr<HttpTransport>(new HttpTransport(
      std::make_unique<Impl>(options, std::move(tls).value(), std::move(look_up))));
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
