#include "service/http_server.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "endpoint/connection.h"
#include "endpoint/listening_socket.h"
#include "endpoint/request_head.h"
#include "service/cors.h"
#include "service/guard.h"
#include "service/http_answer.h"
#include "service/http_target.h"

namespace roomle_sim {
namespace {

struct Answer {
  ApiResponse response;
  bool vendor = false;  // pages of any origin may read it
  std::string route;
};

std::string refusal_code(const HttpRequest& request) {
  switch (request.refusal) {
    case 408:
      return "request_timeout";
    case 413:
      return "body_too_large";
    case 431:
      return "head_too_large";
    case 501:
      return "transfer_encoding";
    case 503:
      // Of a connection too many nothing was read.
      return request.target.empty() ? "too_many_connections" : "too_many_bodies";
    default:
      return "bad_request";
  }
}

ApiResponse refusal(const HttpRequest& request) {
  ApiProblem problem{request.refusal, refusal_code(request), request.refusal_text, {}, {}};
  if (request.refusal == 503) problem.headers.emplace_back("Retry-After", "1");
  return problem_response(problem);
}

// RFC 9112, 3.2.
bool has_right_host(const HttpRequest& request) {
  const auto hosts =
      std::count_if(request.headers.begin(), request.headers.end(),
                    [](const auto& header) { return equal_ignoring_case(header.first, "Host"); });
  return hosts == 1 || (hosts == 0 && request.http10);
}

ApiResponse no_content(Headers headers) {
  ApiResponse response;
  response.status = 204;
  response.headers = std::move(headers);
  return response;
}

// For probes, which have no token.
bool asks_token(const Router::Match& match) {
  return match.route == nullptr ||
         (match.route->pattern != "/healthz" && match.route->pattern != "/readyz");
}

std::string callable_host(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

void add_missing(Headers& headers, const char* name, const char* value) {
  const bool there = std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return equal_ignoring_case(header.first, name);
  });
  if (!there) headers.emplace_back(name, value);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, Router router, BoundSocket bound)
      : options_(std::move(options)),
        router_(std::move(router)),
        rules_{options_.host, options_.access_token},
        port_(bound.port),
        listener_(std::make_unique<HttpListener>(
            std::move(bound.socket),
            [this](HttpRequest& request, Connection& connection) {
              return serve(request, connection);
            },
            options_.limits, true)) {}

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const {
    return fmt::format("http://{}:{}", callable_host(options_.host), port_);
  }

  void stop() {
    stopping_ = true;
    const std::lock_guard lock(stop_mutex_);
    listener_.reset();
  }

 private:
  bool serve(HttpRequest& request, Connection& connection) {
    const auto start = std::chrono::steady_clock::now();
    const AnswerContext context{request.method == "HEAD", request.http10,
                                request.keep_alive && request.refusal == 0, clock_.now()};
    const std::string method = known_method(request.method);
    Answer answer = answer_to(request);
    complete(answer.response, answer.vendor);
    const bool keep = write_answer(answer.response, context, stopping_, connection);
    if (options_.observer) {
      options_.observer(method, answer.route, answer.response.status,
                        std::chrono::steady_clock::now() - start);
    }
    return keep;
  }

  [[nodiscard]] std::string known_method(const std::string& method) const {
    const bool known = method == "HEAD" || method == "OPTIONS" ||
                       std::any_of(router_.routes().begin(), router_.routes().end(),
                                   [&](const Route& route) { return route.method == method; });
    return known ? method : "other";
  }

  static void complete(ApiResponse& response, bool vendor) {
    if (vendor) {
      for (auto& [name, value] : cors_headers()) response.headers.emplace_back(name, value);
    } else {
      add_missing(response.headers, "Cross-Origin-Resource-Policy", "same-origin");
    }
    add_missing(response.headers, "Cache-Control", "no-store");
    // No answer is a script, whatever a page would like to make of it.
    add_missing(response.headers, "X-Content-Type-Options", "nosniff");
  }

  Answer answer_to(HttpRequest& request) {
    // What could not even be read belongs to no route; it tells nothing but what is wrong with it.
    const bool vendor = request.target.empty() || is_vendor_target(request.target);
    if (request.refusal != 0) return {refusal(request), vendor, {}};
    if (!has_right_host(request)) {
      return problem({400, "bad_request", "there must be one Host", "header 'Host'", {}}, vendor);
    }
    const Result<HttpTarget, ApiProblem> target = parse_target(request.target);
    if (!target) return problem(target.error(), vendor);
    Router::Match match = router_.match(request.method, target->segments);
    return answer_to(request, *target, match,
                     match.allowed.empty() ? vendor : match.audience == Audience::vendor);
  }

  Answer answer_to(HttpRequest& request, const HttpTarget& target, Router::Match& match,
                   bool vendor) {
    const auto guarded = guard(rules_, request.headers, vendor || asks_token(match));
    if (!vendor && guarded) return problem(*guarded, vendor);
    if (match.allowed.empty()) {
      return problem({404, "not_found", "there is nothing at this path", "path", {}}, vendor);
    }
    if (match.route != nullptr) {
      const std::string& pattern = match.route->pattern;
      return {call(match, request, target, !guarded), vendor, pattern};
    }
    if (request.method == "OPTIONS") return {options_answer(match, request.headers), vendor, {}};
    return problem({405,
                    "method_not_allowed",
                    "this path does not serve this method",
                    "method",
                    {{"Allow", allow_list(match.allowed)}}},
                   vendor);
  }

  static Answer problem(const ApiProblem& problem, bool vendor) {
    return {problem_response(problem), vendor, {}};
  }

  static ApiResponse options_answer(const Router::Match& match, const Headers& asked) {
    Headers headers;
    if (match.audience == Audience::vendor) headers = preflight_headers(match.allowed, asked);
    headers.emplace_back("Allow", allow_list(match.allowed));
    return no_content(std::move(headers));
  }

  static ApiResponse call(Router::Match& match, HttpRequest& request, const HttpTarget& target,
                          bool trusted) {
    ApiRequest asked;
    asked.method = request.method;
    asked.path = target.path;
    asked.query = target.query;
    asked.headers = std::move(request.headers);
    asked.body = std::move(request.body);
    asked.form = std::move(request.form);
    asked.path_values = std::move(match.path_values);
    asked.route = match.route->pattern;
    asked.trusted = trusted;
    try {
      return match.route->handler(asked);
    } catch (const std::exception&) {
      // What it says may hold what nobody else is to see.
      return problem_response(
          {500, "internal_error", "the service failed at this request", {}, {}});
    }
  }

  const HttpServerOptions options_;
  const Router router_;
  const GuardRules rules_;
  const std::uint16_t port_;
  const SystemClock clock_;
  std::atomic<bool> stopping_{false};
  std::mutex stop_mutex_;
  std::unique_ptr<HttpListener> listener_;  // last: its threads use all of the above
};

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, Router router) {
  if (!options.access_token && !is_loopback_host(options.host)) {
    return Error{
        ErrorCode::usage,
        fmt::format("listening on {} is open to other machines, and needs an access token: "
                    "--access-token-file FILE",
                    options.host)};
  }
  Result<BoundSocket> bound = bind_socket(options.host, options.port, false);
  if (!bound) return bound.error();
  return std::unique_ptr<HttpServer>(new HttpServer(
      std::make_unique<Impl>(std::move(options), std::move(router), std::move(*bound))));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return impl_->port();
}
std::string HttpServer::url() const {
  return impl_->url();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace roomle_sim
