#include "endpoint/server.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "endpoint/act.h"
#include "endpoint/http_listener.h"
#include "endpoint/listening_socket.h"
#include "endpoint/reception.h"

namespace roomle_sim {
class EndpointServer::Impl {
 public:
  explicit Impl(EndpointOptions options)
      : options_(std::move(options)),
        port_(options_.port),
        state_(std::make_shared<BehaviorState>(options_.behavior, options_.seed)) {}

  ~Impl() { stop(); }

  std::optional<Error> open(bool refuse) {
    Result<BoundSocket> bound = bind_socket(options_.host, port_, refuse);
    if (!bound) return bound.error();
    port_ = bound->port;  // opened again, it is the same one
    if (refuse) {
      held_ = std::move(bound->socket);
    } else {
      listener_ = std::make_unique<HttpListener>(
          std::move(bound->socket), [this](HttpRequest& request, Connection& connection) {
            return serve(request, connection);
          });
    }
    refuses_ = refuse;
    return std::nullopt;
  }

  void close() {
    refuses_.reset();
    listener_.reset();
    held_.close();
  }

  void stop() {
    const std::lock_guard lifetime(lifetime_);
    close();
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    handled_.notify_all();
  }

  std::optional<Error> set_behavior(Behavior behavior) {
    const std::lock_guard lifetime(lifetime_);
    const bool refuse = behavior.refuse;
    bool reopen = false;
    {
      const std::lock_guard lock(mutex_);
      reopen = refuses_ != refuse && !stopped_;  // also where an earlier reopening failed
      state_ = std::make_shared<BehaviorState>(std::move(behavior), options_.seed);
    }
    if (!reopen) return std::nullopt;
    close();
    return open(refuse);
  }

  [[nodiscard]] std::string url() const {
    const bool ipv6 = options_.host.find(':') != std::string::npos;
    const std::string host = ipv6 ? "[" + options_.host + "]" : options_.host;
    return fmt::format("http://{}:{}/", host, port_.load());
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
    handled_.wait_until(lock, deadline, [&] { return counts_.handled >= count || stopped_; });
    return counts_.handled >= count;
  }

 private:
  [[nodiscard]] TimePoint now() const {
    return options_.clock != nullptr ? options_.clock->now() : clock_.now();
  }

  bool serve(HttpRequest& request, Connection& connection) {
    Reception reception = receive(request, now(), options_.verification);
    const ResponseContext context = reception.context;
    return act_out(ResponseScript(remember(std::move(reception)), context), connection);
  }

  // Numbers the request, draws its plan where it takes one, and tells everybody.
  ResponsePlan remember(Reception reception) {
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
    return plan;
  }

  const EndpointOptions options_;
  std::atomic<std::uint16_t> port_;  // the one in options_, and the real one once it was opened
  SystemClock clock_;
  std::mutex lifetime_;  // of what is open; taken before mutex_
  Socket held_;
  std::optional<bool> refuses_;  // what is open; nothing: closed, or the opening failed
  mutable std::mutex mutex_;
  mutable std::condition_variable handled_;
  std::shared_ptr<BehaviorState> state_;
  std::deque<ReceivedRequest> kept_;
  EndpointCounts counts_;
  bool stopped_ = false;
  std::unique_ptr<HttpListener> listener_;  // last: its threads use all of the above
};

Result<std::unique_ptr<EndpointServer>> EndpointServer::start(EndpointOptions options) {
  const bool refuse = options.behavior.refuse;
  auto impl = std::make_unique<Impl>(std::move(options));
  if (std::optional<Error> error = impl->open(refuse)) return std::move(*error);
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

void EndpointServer::stop() {
  impl_->stop();
}

}  // namespace roomle_sim
