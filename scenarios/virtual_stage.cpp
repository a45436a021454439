#include "scenarios/virtual_stage.h"

#include <algorithm>

#include <fmt/format.h>

#include "tenants/url.h"

namespace roomle_sim {

// The scenario's endpoints by the hosts of their URLs, which no resolver knows (RFC 2606).
class VirtualStage::Endpoints : public VirtualTransport {
 public:
  // `start`: when they begin to listen.
  Endpoints(const Scenario& scenario, const RunOptions& options, std::uint64_t seed,
            TimePoint start)
      : seed_(seed), start_(start), insecure_(options.transport.insecure) {
    add(std::string(kDefaultEndpoint), "endpoint.invalid", scenario.endpoint.value_or(Behavior{}),
        scenario.registry);
    for (const auto& [name, behavior] : scenario.endpoints) {
      add(name, fmt::format("endpoint-{}.invalid", known_.size() + 1), behavior, scenario.registry);
    }
  }

  [[nodiscard]] std::string url_of(const EndpointPath& chosen) const {
    const Known& known = known_.at(chosen.endpoint);
    return fmt::format("{}://{}{}", known.tls ? "https" : "http", known.host, chosen.path);
  }

  AttemptResult post(const AttemptRequest& request, TimePoint start) override {
    return by_host_.at(parse_url(request.url)->host)->post(request, start);
  }

  std::vector<ReceivedRequest> take_requests() {
    std::vector<ReceivedRequest> taken;
    for (const auto& [host, endpoint] : by_host_) {
      std::size_t& before = taken_[host];
      const std::vector<ReceivedRequest>& all = endpoint->requests();
      taken.insert(taken.end(), all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
      before = all.size();
    }
    std::stable_sort(taken.begin(), taken.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    return taken;
  }

 private:
  void add(const std::string& name, const std::string& host, Behavior behavior,
           const TenantRegistry& tenants) {
    known_[name] = {host, behavior.tls != TlsMode::none};
    VirtualEndpoint::Options options;
    options.behavior = std::move(behavior);
    options.seed = seed_;
    options.verification = verification_of(tenants);
    options.name = name;
    options.started = start_;
    options.insecure = insecure_;
    by_host_[host] = std::make_unique<VirtualEndpoint>(std::move(options));
  }

  struct Known {
    std::string host;
    bool tls = false;
  };

  const std::uint64_t seed_;
  const TimePoint start_;
  const bool insecure_;
  std::map<std::string, Known> known_;  // by the endpoints' names
  std::map<std::string, std::unique_ptr<VirtualEndpoint>> by_host_;
  std::map<std::string, std::size_t> taken_;  // of its requests, by the hosts
};

namespace {

// Those that have a URL of their own, which nobody answers at in virtual time.
std::optional<Error> find_real_webhook(const Scenario& scenario, const RunOptions& options) {
  if (options.external_endpoint) {
    return Error{ErrorCode::usage, "a real endpoint cannot be asked in virtual time"};
  }
  for (const Tenant& tenant : scenario.registry.tenants()) {
    if (tenant.webhook.empty() || scenario.built_in.contains(tenant.id)) continue;
    return Error{ErrorCode::usage,
                 fmt::format("tenant {} has a webhook of its own ({}), which cannot be asked in "
                             "virtual time; --time real and skip can",
                             tenant.id, tenant.webhook)};
  }
  return std::nullopt;
}

}  // namespace

VirtualStage::VirtualStage(std::uint64_t seed) : Stage(seed) {}
VirtualStage::~VirtualStage() = default;

Result<std::unique_ptr<Stage>> VirtualStage::set_up(const Scenario& scenario,
                                                    const RunOptions& options, std::uint64_t seed) {
  if (auto error = find_real_webhook(scenario, options)) return *error;
  std::unique_ptr<VirtualStage> stage(new VirtualStage(seed));
  if (options.mailbox) {
    if (auto error = stage->open_named_mailbox(*options.mailbox)) return *error;
  }
  SimulationOptions simulation;
  simulation.start = SystemClock().now();
  stage->endpoints_ = std::make_unique<Endpoints>(scenario, options, seed, simulation.start);
  stage->set_registry(with_webhooks(
      scenario, [&](const EndpointPath& chosen) { return stage->endpoints_->url_of(chosen); }));
  simulation.seed = seed;
  simulation.outgoing = options.outgoing;
  stage->simulation_ = std::make_unique<Simulation>(*stage->endpoints_, stage->journal(),
                                                    stage->mailbox(), simulation);
  return std::unique_ptr<Stage>(std::move(stage));
}

Result<std::string> VirtualStage::submit(std::int64_t tenant_id, const Event& event) {
  return simulation_->submit(registry(), tenant_id, event);
}

std::optional<Error> VirtualStage::failure() const {
  return simulation_->failure();
}

std::vector<ReceivedRequest> VirtualStage::take_requests() {
  return endpoints_->take_requests();
}

TimePoint VirtualStage::now() const {
  return simulation_->now();
}

// One happening, where there is one. The deadline is real: even a simulation must not go on after
// the user's patience has ended.
bool VirtualStage::go_on(TimePoint until, SteadyTime deadline) {
  return !bell().closed() && std::chrono::steady_clock::now() < deadline && simulation_->run(until);
}

bool VirtualStage::wait_until(TimePoint when, SteadyTime deadline) {
  while (go_on(when, deadline)) {
  }
  return !bell().closed() && now() >= when;
}

bool VirtualStage::wait_for_end(const std::string& delivery, SteadyTime deadline) {
  while (!journal().end_of(delivery)) {
    const std::optional<TimePoint> next = simulation_->next();
    if (!next || !go_on(*next, deadline)) return false;
  }
  return true;
}

void VirtualStage::wait_for_change(std::uint64_t heard, TimePoint until, SteadyTime deadline) {
  while (changes() == heard && go_on(until, deadline)) {
  }
}

}  // namespace roomle_sim
