#include "service/api_client.h"

#include <atomic>
#include <chrono>

#include <fmt/format.h>

#include "base/json_text.h"
#include "sender/http_connection.h"
#include "sender/httplib_statics.h"
#include "sender/resolver.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

constexpr auto kConnectLimit = std::chrono::seconds(5);
constexpr auto kAnswerLimit = std::chrono::seconds(30);
// A stream's heartbeat comes every 15 s.
constexpr auto kStreamLimit = std::chrono::seconds(45);
// No answer of the service is nearly so large; one of something else may have no end.
constexpr std::size_t kMostAnswer = 64UL * 1024 * 1024;

SteadyTime from_now(Duration limit) {
  return std::chrono::steady_clock::now() + limit;
}

std::string reason_of(const AttemptResult& result) {
  switch (result.error.value_or(FailureReason::malformed_response)) {
    case FailureReason::connect_refused:
      return "nobody listens there (is 'roomle-sim serve' running? is it another port?)";
    case FailureReason::connect_timeout:
      return "no connection in time";
    case FailureReason::timeout:
      return "no answer in time";
    default:
      return result.detail;
  }
}

}  // namespace

class ApiClient::Impl {
 public:
  Impl(Url url, std::optional<Secret> access_token)
      : url_(std::move(url)),
        origin_("http://" + url_.authority()),
        token_(std::move(access_token)) {}

  Result<ApiAnswer> send(const std::string& method, const std::string& target,
                         const std::string& body, const Headers& headers) {
    Headers all = with_credentials(headers);
    if (!body.empty()) all.emplace_back("Content-Type", "application/json");
    return exchange({method, target, all, body}, nullptr);
  }

  Result<ApiAnswer> stream(const std::string& target, const Headers& headers, const OnBytes& read) {
    return exchange({"GET", target, with_credentials(headers), {}}, read);
  }

  void interrupt() {
    interrupted_ = true;
    interrupter_.interrupt();
    resolver_.interrupt();
  }

 private:
  // `read`, where there is one, gets the body of a 200.
  Result<ApiAnswer> exchange(const RequestView& request, const OnBytes& read) {
    AttemptResult result;
    result.interrupted = interrupted_;
    if (interrupted_ || !connected(result)) return failed(result);
    connection_->socket().set_deadline(from_now(kAnswerLimit));
    std::string body;
    bool too_large = false;
    const bool fit = connection_->exchange(request, result, [&](std::string_view bytes) {
      if (read && result.response->status == 200) {
        connection_->socket().set_deadline(from_now(kStreamLimit));
        return read(bytes);
      }
      too_large = bytes.size() > kMostAnswer - body.size();
      if (!too_large) body.append(bytes);
      return !too_large;
    });
    if (!fit) connection_.reset();
    if (too_large) return failed("its answer is too large to be one of a roomle-sim service");
    if (result.error) return failed(result);
    return ApiAnswer{result.response->status, std::move(result.response->headers), std::move(body)};
  }

  // The connection of the request before where it still stands, or a new one.
  bool connected(AttemptResult& result) {
    if (connection_ && connection_->socket().fit_for_reuse()) return true;
    connection_.reset();
    const SteadyTime deadline = from_now(kConnectLimit);
    const Resolved resolved = resolver_.resolve(url_.host, url_.port, deadline);
    result.interrupted = resolved.interrupted;
    result.error = FailureReason::dns_error;
    result.detail = resolved.problem;
    for (const SocketAddress& address : resolved.addresses) {
      auto connection = std::make_unique<HttpConnection>(url_, interrupter_);
      DeadlineSocket& socket = connection->socket();
      socket.set_deadline(deadline);
      if (socket.connect(address)) {
        connection_ = std::move(connection);
        result = {};
        return true;
      }
      result.interrupted = socket.problem() == DeadlineSocket::Problem::interrupted;
      result.error = socket.problem() == DeadlineSocket::Problem::deadline
                         ? FailureReason::connect_timeout
                         : FailureReason::connect_refused;
    }
    return false;
  }

  [[nodiscard]] Headers with_credentials(const Headers& headers) const {
    Headers all = headers;
    if (token_) all.emplace_back("Authorization", fmt::format("Bearer {}", token_->reveal()));
    return all;
  }

  [[nodiscard]] Error failed(const AttemptResult& result) const {
    return failed(result.interrupted ? "interrupted" : reason_of(result));
  }
  [[nodiscard]] Error failed(const std::string& why) const {
    return {ErrorCode::unavailable, fmt::format("cannot ask {}: {}", origin_, why)};
  }

  const Url url_;
  const std::string origin_;
  const std::optional<Secret> token_;
  std::atomic<bool> interrupted_ = false;
  Interrupter interrupter_;
  Resolver resolver_;
  std::unique_ptr<HttpConnection> connection_;  // its socket uses what stands above
};

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::~ApiClient() = default;

Result<std::unique_ptr<ApiClient>> ApiClient::create(const std::string& url,
                                                     std::optional<Secret> access_token) {
  const auto parsed = parse_url(url);
  // Without what was given, in which a password may stand.
  constexpr std::string_view kExpected = "expected an address such as http://127.0.0.1:8787";
  if (!parsed) return Error{ErrorCode::usage, std::string(kExpected)};
  if (parsed->tls()) {
    return Error{ErrorCode::usage, fmt::format("{}: the service speaks http, not https", url)};
  }
  if (parsed->target != "/") {
    return Error{ErrorCode::usage, fmt::format("{}, without a path", kExpected)};
  }
  make_httplib_statics();
  return std::unique_ptr<ApiClient>(
      new ApiClient(std::make_unique<Impl>(*parsed, std::move(access_token))));
}

Result<ApiAnswer> ApiClient::request(const std::string& method, const std::string& target,
                                     const std::string& body, const Headers& headers) {
  return impl_->send(method, target, body, headers);
}

Result<ApiAnswer> ApiClient::stream(const std::string& target, const Headers& headers,
                                    const OnBytes& on_bytes) {
  return impl_->stream(target, headers, on_bytes);
}

void ApiClient::interrupt() {
  impl_->interrupt();
}

Result<ordered_json> parse_answer(const Result<ApiAnswer>& answer, const std::string& url) {
  if (!answer) return answer.error();
  const auto foreign = [&] {
    return Error{ErrorCode::unavailable,
                 fmt::format("what answers at {} is no roomle-sim service", url)};
  };
  ordered_json tree = json_from(answer->body);
  if (!tree.is_object()) return foreign();
  if (answer->status >= 200 && answer->status < 300) return tree;
  const auto error = tree.find("error");
  if (error == tree.end() || !error->is_object()) return foreign();
  const auto message = error->find("message");
  if (message == error->end() || !message->is_string()) return foreign();
  if (answer->status == 401) {
    return Error{ErrorCode::usage, fmt::format("{} (name its file with --access-token-file)",
                                               message->get<std::string>())};
  }
  const bool callers = answer->status < 500 && answer->status != 429;
  return Error{callers ? ErrorCode::usage : ErrorCode::unavailable, message->get<std::string>()};
}

}  // namespace roomle_sim
