#include "endpoint/server.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "endpoint/act.h"
#include "endpoint/http_listener.h"
#include "endpoint/port_gate.h"
#include "endpoint/reception.h"

namespace roomle_sim {
namespace {

// How long Fault::reset_on_accept waits for something to arrive.
constexpr Duration kResetPatience = std::chrono::milliseconds(100);
// A condition variable cannot wait for centuries.
constexpr Duration kLongestWait = std::chrono::hours(1);

}  // namespace

class EndpointServer::Impl {
 public:
  explicit Impl(EndpointOptions options)
      : options_(std::move(options)),
        authority_(options_.authority),
        state_(std::make_shared<BehaviorState>(options_.behavior, options_.seed, now())) {}

  ~Impl() { stop(); }

  std::optional<Error> start() {
    Result<PortGate> gate = PortGate::hold(options_.host, options_.port);
    if (!gate) return gate.error();
    gate_.emplace(*std::move(gate));
    port_ = gate_->port();
    auto error = make_authority(options_.behavior);
    if (!error) error = apply();
    if (!error && options_.behavior.next_change(Duration(-1))) start_watch();
    return error;
  }

  void stop() {
    {
      const std::lock_guard lifetime(lifetime_);
      stopping_ = true;
      wake_.notify_all();
    }
    if (watch_.joinable()) watch_.join();
    const std::lock_guard lifetime(lifetime_);
    listener_.reset();
    gate_.reset();
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    handled_.notify_all();
  }

  std::optional<Error> set_behavior(Behavior behavior) {
    const std::lock_guard lifetime(lifetime_);
    if (stopping_) return std::nullopt;
    if (auto error = make_authority(behavior)) return error;
    auto state = std::make_shared<BehaviorState>(std::move(behavior), options_.seed, now());
    const bool watched = state->behavior().next_change(Duration(-1)).has_value();
    // Plain HTTP and TLS cannot be spoken on one connection.
    const bool speaks_tls = state->behavior().tls != TlsMode::none;
    const bool spoke_tls = current_state()->behavior().tls != TlsMode::none;
    {
      const std::lock_guard lock(mutex_);
      state_ = std::move(state);
    }
    if (speaks_tls != spoke_tls) shut();
    if (watched && !watch_.joinable()) start_watch();
    wake_.notify_all();
    return apply();
  }

  std::optional<Error> clock_moved() {
    const std::lock_guard lifetime(lifetime_);
    wake_.notify_all();
    return stopping_ ? std::nullopt : apply();
  }

  [[nodiscard]] std::string url() const {
    const bool ipv6 = options_.host.find(':') != std::string::npos;
    const std::string host = ipv6 ? "[" + options_.host + "]" : options_.host;
    const bool tls = current_state()->behavior().tls != TlsMode::none;
    return fmt::format("{}://{}:{}/", tls ? "https" : "http", host, port());
  }

  [[nodiscard]] std::string authority() const {
    const std::lock_guard lock(mutex_);
    return authority_ ? authority_->pem() : std::string();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] std::vector<ReceivedRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return {kept_.begin(), kept_.end()};
  }

  [[nodiscard]] EndpointCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

  bool wait_for(std::uint64_t count, std::chrono::steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    handled_.wait_until(lock, deadline, [&] { return seen() >= count || stopped_; });
    return seen() >= count;
  }

 private:
  [[nodiscard]] TimePoint now() const {
    return options_.clock != nullptr ? options_.clock->now() : clock_.now();
  }

  [[nodiscard]] std::uint64_t seen() const { return counts_.handled + reset_; }

  [[nodiscard]] std::shared_ptr<BehaviorState> current_state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }

  std::optional<Error> make_authority(const Behavior& behavior) {
    const std::lock_guard lock(mutex_);
    if (behavior.tls == TlsMode::none || authority_) return std::nullopt;
    auto authority = TlsAuthority::create(options_.host);
    if (!authority) return authority.error();
    authority_ = *std::move(authority);
    return std::nullopt;
  }

  // Opens or shuts the port as the behaviour wants it now. With lifetime_ held.
  std::optional<Error> apply() {
    const auto state = current_state();
    const Behavior& behavior = state->behavior();
    if (behavior.refuse || behavior.is_down(now() - state->started())) {
      shut();
      return std::nullopt;
    }
    if (listener_) return std::nullopt;
    Result<Socket> socket = gate_->open();
    if (!socket) return socket.error();
    listener_ = std::make_unique<HttpListener>(
        *std::move(socket),
        [this](HttpRequest& request, Connection& connection) { return serve(request, connection); },
        HttpLimits{}, false, [this](Connection& connection) { return greet(connection); });
    return std::nullopt;
  }

  // Ends all connections. With lifetime_ held.
  void shut() {
    listener_.reset();
    gate_->shut();
  }

  void start_watch() {
    watch_ = std::thread([this] { watch(); });
  }

  // Waits for the beginnings and ends of outages.
  void watch() {
    std::unique_lock lifetime(lifetime_);
    while (!stopping_) {
      apply();
      const auto state = current_state();
      const Duration since = now() - state->started();
      const auto next = state->behavior().next_change(since);
      if (next) {
        wake_.wait_for(lifetime, std::min<Duration>(*next - since, kLongestWait));
      } else {
        wake_.wait(lifetime);
      }
    }
  }

  // False where the connection ends before a request is read.
  bool greet(Connection& connection) {
    const auto state = current_state();
    const std::optional<ResponsePlan> plan = state->connect();
    const bool reset = plan && plan->fault == Fault::reset_on_accept;
    if (plan) tell_connection(answer_word(*plan), reset);
    if (reset) {
      // So the request has left the client, always or (where it never sends) never.
      connection.wait_for_input(kResetPatience);
      connection.reset();
      return false;
    }
    TlsMode mode = state->behavior().tls;
    if (mode == TlsMode::none) return true;
    if (plan) mode = plan->tls;
    if (connection.start_tls(authority_->accept(mode), HttpLimits{}.request)) return true;
    tell_broken_handshake(connection, mode, plan.has_value());
    connection.close_politely();
    return false;
  }

  // Otherwise whoever only connects, as a probe does, met nothing.
  void tell_broken_handshake(const Connection& connection, TlsMode mode, bool told) {
    if (connection.spoke_tls() == false) return tell_connection(std::string(kPlainHttp), false);
    if (told || mode == TlsMode::valid || !connection.spoke_tls()) return;
    ResponsePlan met;
    met.fault = Fault::tls;
    met.tls = mode;
    tell_connection(answer_word(met), false);
  }

  void tell_connection(const std::string& met, bool reset) {
    const std::lock_guard lock(mutex_);
    ++counts_.connections[met];
    if (reset) ++reset_;
    handled_.notify_all();
    if (options_.connection_observer) options_.connection_observer(met, now());
  }

  bool serve(HttpRequest& request, Connection& connection) {
    return act_out(remember(receive(request, now(), options_.verification)), connection);
  }

  // Numbers the request, draws its plan where it takes one, and tells everybody.
  ResponseScript remember(Reception reception) {
    const std::lock_guard lock(mutex_);
    draw_plan(reception, *state_);
    ReceivedRequest& received = reception.request;
    received.number = ++counts_.handled;
    ResponsePlan plan = received.plan;
    if (plan.unexpected) ++counts_.unexpected;
    if (!received.problems.empty()) ++counts_.with_problems;
    ++counts_.answers[answer_word(plan)];
    if (options_.observer) options_.observer(received);
    kept_.push_back(std::move(received));
    if (kept_.size() > options_.keep) kept_.pop_front();
    handled_.notify_all();
    return {std::move(plan), reception.context};
  }

  const EndpointOptions options_;
  std::uint16_t port_ = 0;
  SystemClock clock_;
  mutable std::mutex mutex_;
  mutable std::condition_variable handled_;
  std::shared_ptr<const TlsAuthority> authority_;  // never changes once it is there
  std::shared_ptr<BehaviorState> state_;
  std::deque<ReceivedRequest> kept_;
  EndpointCounts counts_;
  std::uint64_t reset_ = 0;  // connections, on accept
  bool stopped_ = false;
  std::mutex lifetime_;  // of what is open; taken before mutex_
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<PortGate> gate_;
  std::unique_ptr<HttpListener> listener_;  // its threads use all of the above; null: shut
  std::thread watch_;                       // where there are outages
};

Result<std::unique_ptr<EndpointServer>> EndpointServer::start(EndpointOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (std::optional<Error> error = impl->start()) return std::move(*error);
  return std::unique_ptr<EndpointServer>(new EndpointServer(std::move(impl)));
}

EndpointServer::EndpointServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EndpointServer::~EndpointServer() = default;

std::uint16_t EndpointServer::port() const {
  return impl_->port();
}
std::string EndpointServer::url() const {
  return impl_->url();
}

std::vector<ReceivedRequest> EndpointServer::requests() const {
  return impl_->requests();
}
EndpointCounts EndpointServer::counts() const {
  return impl_->counts();
}

bool EndpointServer::wait_for(std::uint64_t count,
                              std::chrono::steady_clock::time_point deadline) const {
  return impl_->wait_for(count, deadline);
}

std::optional<Error> EndpointServer::set_behavior(Behavior behavior) {
  return impl_->set_behavior(std::move(behavior));
}

std::optional<Error> EndpointServer::clock_moved() {
  return impl_->clock_moved();
}

std::string EndpointServer::authority() const {
  return impl_->authority();
}

void EndpointServer::stop() {
  impl_->stop();
}

}  // namespace roomle_sim
