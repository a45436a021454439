#include "service/api_client.h"

#include <atomic>
#include <mutex>

#include <fmt/format.h>
#include <httplib.h>

#include "sender/httplib_statics.h"
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

std::string origin_of(const Url& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", ipv6 ? "[" : "", url.host, ipv6 ? "]" : "", url.port);
}

std::string reason_of(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nobody listens there (is 'roomle-sim serve' running? is it another port?)";
    case httplib::Error::ConnectionTimeout:
      return "no connection in time";
    case httplib::Error::Read:
      return "the connection ended, or no answer came in time";
    case httplib::Error::Write:
      return "the connection ended while the request was sent";
    default:
      return fmt::format("no HTTP answer ({})", httplib::to_string(error));
  }
}

ApiAnswer answer_of(const httplib::Response& response) {
  ApiAnswer answer;
  answer.status = response.status;
  for (const auto& [name, value] : response.headers) answer.headers.emplace_back(name, value);
  answer.body = response.body;
  return answer;
}

// stop() ends what is under way; with this nothing begins behind it either, so that an interrupt
// that comes just before a request is not lost.
class InterruptibleClient : public httplib::ClientImpl {
 public:
  using ClientImpl::ClientImpl;

  void interrupt() {
    interrupted_ = true;
    stop();
  }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  // Under the lock that stop() takes, and stop() has closed the connection that was there before.
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    if (!interrupted_) return ClientImpl::create_and_connect_socket(socket, error);
    error = httplib::Error::Canceled;
    return false;
  }

  std::atomic<bool> interrupted_ = false;
};

}  // namespace

class ApiClient::Impl {
 public:
  Impl(const Url& url, std::optional<Secret> access_token)
      : url_(origin_of(url)), token_(std::move(access_token)), client_(url.host, url.port) {
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    client_.set_connection_timeout(kConnectLimit);
    client_.set_write_timeout(kAnswerLimit);
    client_.set_decompress(false);
  }

  Result<ApiAnswer> send(const std::string& method, const std::string& target,
                         const std::string& body, const Headers& headers) {
    httplib::Request request = make(method, target, headers);
    request.body = body;
    if (!body.empty()) request.headers.emplace("Content-Type", "application/json");
    client_.set_read_timeout(kAnswerLimit);
    return exchange(request, nullptr);
  }

  Result<ApiAnswer> stream(const std::string& target, const Headers& headers,
                           const std::function<bool(std::string_view)>& on_bytes) {
    httplib::Request request = make("GET", target, headers);
    client_.set_read_timeout(kStreamLimit);
    return exchange(request, on_bytes);
  }

  void interrupt() { client_.interrupt(); }

 private:
  // `on_bytes`, where there is one, gets the body of a 200.
  Result<ApiAnswer> exchange(httplib::Request& request,
                             const std::function<bool(std::string_view)>& on_bytes) {
    ApiAnswer answer;
    bool ended_by_reader = false;
    bool too_large = false;
    request.response_handler = [&](const httplib::Response& response) {
      answer = answer_of(response);
      return !client_.interrupted();
    };
    request.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      if (on_bytes && answer.status == 200) {
        ended_by_reader = !on_bytes({bytes, size});
        return !ended_by_reader && !client_.interrupted();
      }
      too_large = size > kMostAnswer - answer.body.size();
      if (!too_large) answer.body.append(bytes, size);
      return !too_large;
    };
    const httplib::Result result = client_.send(request);
    if (too_large) return failed("its answer is too large to be one of a roomle-sim service");
    if (!result && !ended_by_reader) return failed(reason_of(result.error()));
    // What has no body has no head either for the handler.
    if (result && answer.status == 0) answer = answer_of(*result);
    return answer;
  }

  httplib::Request make(const std::string& method, const std::string& target,
                        const Headers& headers) const {
    httplib::Request request;
    request.method = method;
    request.path = target;
    for (const auto& [name, value] : headers) request.headers.emplace(name, value);
    if (token_) {
      request.headers.emplace("Authorization", fmt::format("Bearer {}", token_->reveal()));
    }
    return request;
  }

  [[nodiscard]] Error failed(const std::string& why) const {
    return {ErrorCode::unavailable,
            fmt::format("cannot ask {}: {}", url_, client_.interrupted() ? "interrupted" : why)};
  }

  const std::string url_;
  const std::optional<Secret> token_;
  InterruptibleClient client_;
};

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::~ApiClient() = default;

Result<std::unique_ptr<ApiClient>> ApiClient::create(const std::string& url,
                                                     std::optional<Secret> access_token) {
  const auto parsed = parse_url(url);
  if (!parsed) return Error{ErrorCode::usage, parsed.error().message};
  if (parsed->tls()) {
    return Error{ErrorCode::usage, fmt::format("{}: the service speaks http, not https", url)};
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
                                    const std::function<bool(std::string_view)>& on_bytes) {
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
  ordered_json tree = ordered_json::parse(answer->body, nullptr, false);
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
