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
  Channel(VirtualEndpoint& endpoint, TimePoint start, Duration timeout)
      : endpoint_(endpoint), start_(start), timeout_(timeout) {}

  void queue(std::string_view bytes) override { unsent_ += bytes; }
  [[nodiscard]] bool all_sent() const override { return unsent_.empty(); }

  std::size_t receive(char* to, std::size_t size) override {
    if (!unsent_.empty()) {
      script_.emplace(endpoint_.answer(unsent_, start_ + elapsed_));
      unsent_.clear();
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
    if (!next)
      return wait_for_deadline();  // the endpoint has said it all, and keeps the connection
    std::visit([this](const auto& what) { on(what); }, *next);
  }

  void on(const act::Pause& pause) {
    if (pause.duration >= timeout_ - elapsed_) return wait_for_deadline();
    elapsed_ += pause.duration;
  }
  void on(const act::Send& send) {
    arrived_ = send.bytes;
    taken_ = 0;
    received_ += arrived_.size();
    if (script_->endless() && received_ > kMostEndless) wait_for_deadline();
  }
  void on(const act::Reset&) { fail(Problem::broken, "Connection reset by peer"); }
  void on(const act::Close&) { fail(Problem::closed, "closed by the endpoint"); }
  void on(const act::Hold&) { wait_for_deadline(); }

  void wait_for_deadline() {
    elapsed_ = timeout_;
    fail(Problem::deadline, "the deadline passed");
  }
  void fail(Problem problem, std::string detail) {
    problem_ = problem;
    detail_ = std::move(detail);
  }

  VirtualEndpoint& endpoint_;
  const TimePoint start_;
  const Duration timeout_;
  Duration elapsed_{0};
  std::string unsent_;
  std::optional<ResponseScript> script_;
  std::string arrived_;
  std::size_t taken_ = 0;     // of arrived_
  std::size_t received_ = 0;  // in all
  Problem problem_ = Problem::none;
  std::string detail_;
};

VirtualEndpoint::VirtualEndpoint(Options options)
    : options_(std::move(options)), state_(options_.behavior, options_.seed) {
  make_httplib_statics();  // there may be one of these in each of several threads
}

VirtualEndpoint::~VirtualEndpoint() = default;

AttemptResult VirtualEndpoint::post(const AttemptRequest& request, TimePoint start) {
  AttemptResult result;
  Target* target = target_of(request.url, result);
  if (target == nullptr) return result;
  if (options_.behavior.refuse) {
    result.error = FailureReason::connect_refused;
    result.detail = fmt::format("connection refused by {}:{}", target->url.host, target->url.port);
    return result;
  }
  Channel channel(*this, start, std::max(Duration::zero(), request.timeout));
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
