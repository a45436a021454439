#include "endpoint/virtual_endpoint.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "endpoint/reception.h"
#include "endpoint/request_head.h"
#include "sender/http_exchange.h"
#include "sender/httplib_statics.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

// A request as HttpExchange composes it: a head, and a body with a Content-Length.
HttpRequest parse_request(std::string_view wire) {
  HttpRequest request;
  const std::size_t line_end = wire.find("\r\n");
  const std::size_t head_end = wire.find("\r\n\r\n");
  const auto line = parse_request_line(wire.substr(0, line_end));
  auto headers = head_end == std::string_view::npos
                     ? std::nullopt
                     : parse_header_lines(wire.substr(line_end + 2, head_end - line_end));
  if (!line || !headers) {
    request.refusal = 400;
    request.refusal_text = "this is no HTTP request";
    return request;
  }
  request.method = line->method;
  request.target = line->target;
  request.headers = std::move(*headers);
  request.body = wire.substr(head_end + 4);
  if (request.body.size() > kRequestCap) {
    request.refusal = 413;
    request.refusal_text = fmt::format("the body is larger than {} bytes", kRequestCap);
  }
  return request;
}

}  // namespace

struct VirtualEndpoint::Target {
  explicit Target(const Url& parsed) : url(parsed), exchange(parsed) {}

  const Url url;
  HttpExchange exchange;
};

// The sender's end of a connection.
class VirtualEndpoint::Channel final : public ByteChannel {
 public:
  // When it ends, counted from its start: by the sender's deadline, or by an outage.
  struct Limits {
    Duration timeout{0};
    std::optional<Duration> outage;
  };

  Channel(VirtualEndpoint& endpoint, TimePoint start, const Limits& limits)
      : endpoint_(endpoint), start_(start), limits_(limits) {}

  // Instead of an answer: as soon as the request has left.
  void end_unanswered(Problem problem, const char* detail) {
    unanswered_ = problem;
    unanswered_detail_ = detail;
  }

  void queue(std::string_view bytes) override { unsent_ += bytes; }
  [[nodiscard]] bool all_sent() const override { return unsent_.empty(); }

  std::size_t receive(char* to, std::size_t size) override {
    const std::string request = std::exchange(unsent_, {});
    if (unanswered_ != Problem::none) {
      fail(unanswered_, unanswered_detail_);
    } else if (!request.empty()) {
      script_.emplace(endpoint_.answer(request, start_ + elapsed_));
    }
    while (problem_ == Problem::none && taken_ == arrived_.size()) act_next();
    const std::size_t count = arrived_.copy(to, size, taken_);
    taken_ += count;
    return count;
  }

  [[nodiscard]] Problem problem() const override { return problem_; }
  [[nodiscard]] const std::string& detail() const override { return detail_; }

  [[nodiscard]] Duration elapsed() const { return elapsed_; }

 private:
  void act_next() {
    const std::optional<WireAct> next = script_ ? script_->next() : std::nullopt;
    if (!next) return wait_for_end();  // the endpoint has said it all, and keeps the connection
    std::visit([this](const auto& what) { on(what); }, *next);
  }

  void on(const act::Pause& pause) {
    const Duration end = std::min(limits_.timeout, limits_.outage.value_or(limits_.timeout));
    if (pause.duration >= end - elapsed_) return wait_for_end();
    elapsed_ += pause.duration;
  }
  void on(const act::Send& send) {
    arrived_ = send.bytes;
    taken_ = 0;
    received_ += arrived_.size();
    if (script_->endless() && received_ > kMostEndless) wait_for_end();
  }
  void on(const act::Reset&) { fail(Problem::broken, "Connection reset by peer"); }
  void on(const act::Close&) { fail(Problem::closed, "closed by the endpoint"); }
  void on(const act::Hold&) { wait_for_end(); }

  void wait_for_end() {
    if (limits_.outage && *limits_.outage < limits_.timeout) {
      elapsed_ = *limits_.outage;
      fail(Problem::closed, "closed by the endpoint");
    } else {
      elapsed_ = limits_.timeout;
      fail(Problem::deadline, "the deadline passed");
    }
  }
  void fail(Problem problem, std::string detail) {
    problem_ = problem;
    detail_ = std::move(detail);
  }

  VirtualEndpoint& endpoint_;
  const TimePoint start_;
  const Limits limits_;
  Duration elapsed_{0};
  std::string unsent_;
  std::optional<ResponseScript> script_;
  Problem unanswered_ = Problem::none;
  std::string unanswered_detail_;
  std::string arrived_;
  std::size_t taken_ = 0;     // of arrived_
  std::size_t received_ = 0;  // in all
  Problem problem_ = Problem::none;
  std::string detail_;
};

namespace {

AttemptResult failed(FailureReason reason, std::string detail) {
  AttemptResult result;
  result.error = reason;
  result.detail = std::move(detail);
  return result;
}

// What the sender says of a certificate that it does not take; empty where it does.
std::string certificate_problem(TlsMode mode, bool trusted, const std::string& host) {
  if (mode == TlsMode::untrusted || !trusted) {
    return "certificate: unable to get local issuer certificate";
  }
  if (mode == TlsMode::expired) return "certificate: certificate has expired";
  if (mode != TlsMode::wrong_host) return {};
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos ||
                       host.find(':') != std::string::npos;
  return fmt::format("certificate: {} mismatch (it is not for {})",
                     address ? "IP address" : "hostname", host);
}

}  // namespace

VirtualEndpoint::VirtualEndpoint(Options options)
    : options_(std::move(options)), state_(options_.behavior, options_.seed, options_.started) {
  make_httplib_statics();  // there may be one of these in each of several threads
}

VirtualEndpoint::~VirtualEndpoint() = default;

std::optional<AttemptResult> VirtualEndpoint::connect(const Target& target, TlsMode mode) const {
  const Url& url = target.url;
  if (!url.tls()) return std::nullopt;
  if (mode == TlsMode::none) {
    return failed(FailureReason::tls_error,
                  "TLS: wrong version number (does the endpoint speak TLS on this port?)");
  }
  if (mode == TlsMode::handshake_failure) {
    return failed(FailureReason::tls_error, "TLS: sslv3 alert handshake failure");
  }
  if (options_.insecure) return std::nullopt;
  std::string problem = certificate_problem(mode, options_.trusted, url.host);
  if (problem.empty()) return std::nullopt;
  return failed(FailureReason::tls_error, std::move(problem));
}

AttemptResult VirtualEndpoint::post(const AttemptRequest& request, TimePoint start) {
  AttemptResult result;
  Target* target = target_of(request.url, result);
  if (target == nullptr) return result;
  const Behavior& behavior = options_.behavior;
  const Duration since = start - options_.started;
  if (behavior.refuse || behavior.is_down(since)) {
    return failed(FailureReason::connect_refused,
                  fmt::format("connection refused by {}:{}", target->url.host, target->url.port));
  }
  const std::optional<ResponsePlan> met = state_.connect();
  const bool reset = met && met->fault == Fault::reset_on_accept;
  if (reset && target->url.tls()) {
    return failed(FailureReason::tls_error,
                  "the connection broke during the TLS handshake: Connection reset by peer");
  }
  const TlsMode mode = met && met->fault == Fault::tls ? met->tls : behavior.tls;
  if (auto failure = connect(*target, mode)) return *std::move(failure);
  Channel::Limits limits{std::max(Duration::zero(), request.timeout), std::nullopt};
  if (const auto outage = behavior.next_change(since)) limits.outage = *outage - since;
  Channel channel(*this, start, limits);
  if (reset) channel.end_unanswered(ByteChannel::Problem::broken, "Connection reset by peer");
  if (!target->url.tls() && mode != TlsMode::none) {
    channel.end_unanswered(ByteChannel::Problem::closed, "closed by the endpoint");
  }
  target->exchange.post(channel, request, result);
  result.duration = channel.elapsed();
  return result;
}

VirtualEndpoint::Target* VirtualEndpoint::target_of(const std::string& url, AttemptResult& result) {
  const auto known = targets_.find(url);
  if (known != targets_.end()) return known->second.get();
  auto parsed = parse_url(url);
  if (!parsed) {
    result.error = FailureReason::dns_error;
    result.detail = parsed.error().message;
    return nullptr;
  }
  return targets_.emplace(url, std::make_unique<Target>(*parsed)).first->second.get();
}

ResponseScript VirtualEndpoint::answer(std::string_view wire, TimePoint now) {
  HttpRequest request = parse_request(wire);
  Reception reception = receive(request, now, options_.verification);
  draw_plan(reception, state_);
  reception.request.number = requests_.size() + 1;
  reception.request.endpoint = options_.name;
  requests_.push_back(std::move(reception.request));
  return ResponseScript(requests_.back().plan, reception.context);
}

}  // namespace roomle_sim
