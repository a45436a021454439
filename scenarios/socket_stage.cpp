#include "scenarios/socket_stage.h"

#include <algorithm>

namespace roomle_sim {
namespace {

bool has_real_webhook(const Scenario& scenario) {
  const auto& tenants = scenario.registry.tenants();
  return std::any_of(tenants.begin(), tenants.end(), [&](const Tenant& tenant) {
    return !tenant.webhook.empty() && !scenario.built_in.contains(tenant.id);
  });
}

}  // namespace

Result<std::unique_ptr<Stage>> SocketStage::set_up(const Scenario& scenario,
                                                   const RunOptions& options, std::uint64_t seed) {
  std::unique_ptr<SocketStage> stage(new SocketStage(seed, options.time == TimeMode::skip));
  if (!options.external_endpoint) {
    if (auto error = stage->open_endpoints(scenario)) return *error;
  }
  stage->set_registry(with_webhooks(scenario, [&](const EndpointPath& chosen) {
    if (options.external_endpoint) return *options.external_endpoint;
    std::string url = stage->endpoints_.at(chosen.endpoint)->url();
    return url.replace(url.rfind('/'), 1, chosen.path);
  }));
  if (options.mailbox) {
    if (auto error = stage->open_named_mailbox(*options.mailbox)) return *error;
  }
  HttpTransportOptions trusting = options.transport;
  if (stage->authority_) trusting.ca_cert_pem = stage->authority_->pem();
  // Nobody else is asked then, and reading them would take its time off the first deadline.
  trusting.system_authorities = options.external_endpoint || has_real_webhook(scenario);
  auto transport = HttpTransport::create(trusting);
  if (!transport) return transport.error();
  stage->transport_ = *std::move(transport);
  DispatcherOptions dispatcher;
  dispatcher.seed = seed;
  dispatcher.outgoing = options.outgoing;
  dispatcher.on_standstill = [bell = &stage->bell()] { bell->ring(); };
  stage->dispatcher_ = std::make_unique<Dispatcher>(*stage->transport_, stage->journal(),
                                                    stage->mailbox(), stage->clock_, dispatcher);
  return std::unique_ptr<Stage>(std::move(stage));
}

std::optional<Error> SocketStage::open_endpoints(const Scenario& scenario) {
  auto error = open_endpoint(std::string(kDefaultEndpoint), scenario.endpoint.value_or(Behavior{}),
                             scenario.registry);
  for (const auto& [name, behavior] : scenario.endpoints) {
    if (!error) error = open_endpoint(name, behavior, scenario.registry);
  }
  return error;
}

std::optional<Error> SocketStage::open_endpoint(const std::string& name, Behavior behavior,
                                                const TenantRegistry& tenants) {
  EndpointOptions options;
  options.behavior = std::move(behavior);
  options.seed = seed();
  options.clock = &clock_;
  options.verification = verification_of(tenants);
  options.keep = 0;  // they are kept here, all of them
  options.observer = [this, name](const ReceivedRequest& request) { note(name, request); };
  if (options.behavior.tls != TlsMode::none) {
    if (auto error = make_authority()) return error;
    options.authority = authority_;
  }
  auto started = EndpointServer::start(std::move(options));
  if (!started) return started.error();
  endpoints_.emplace(name, *std::move(started));
  return std::nullopt;
}

std::optional<Error> SocketStage::make_authority() {
  if (authority_) return std::nullopt;
  auto authority = TlsAuthority::create();
  if (!authority) return authority.error();
  authority_ = *std::move(authority);
  return std::nullopt;
}

Result<std::string> SocketStage::submit(std::int64_t tenant_id, const Event& event) {
  return dispatcher_->submit(registry(), tenant_id, event);
}

std::optional<Error> SocketStage::failure() const {
  return dispatcher_->failure();
}

void SocketStage::note(const std::string& endpoint, const ReceivedRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    received_.push_back(request);
    received_.back().endpoint = endpoint;
  }
  bell().ring();
}

std::vector<ReceivedRequest> SocketStage::take_requests() {
  std::vector<ReceivedRequest> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(received_);
  }
  std::stable_sort(taken.begin(), taken.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return taken;
}

void SocketStage::wait_for_requests(const std::map<std::string, std::uint64_t>& counts,
                                    SteadyTime deadline) const {
  for (const auto& [name, count] : counts) endpoints_.at(name)->wait_for(count, deadline);
}

// Waits until what is awaited `came`, or until only time can bring what comes next, and puts the
// clock forward to that, or to `until` where that is earlier. False where nothing ever comes, or
// `until` or the deadline does: while something is under way the clock goes as any other.
bool SocketStage::skip(TimePoint until, SteadyTime deadline, const std::function<bool()>& came) {
  const SteadyTime limit = std::min(clock_.steady(until), deadline);
  Standstill standstill;
  for (;;) {
    const std::uint64_t heard = bell().rung();
    standstill = dispatcher_->standstill();
    // What was interrupted stands still, too: time must not go by for it.
    if (bell().closed()) return false;
    // Behind the look at the dispatcher: what brought it to its standstill may have brought this.
    if (came()) return true;
    if (standstill.reached) break;
    if (std::chrono::steady_clock::now() >= limit || dispatcher_->failure()) return false;
    bell().wait(heard, limit);
  }
  const TimePoint next = std::min(standstill.next.value_or(until), until);
  if (next == TimePoint::max()) return false;
  clock_.jump_to(next);
  for (const auto& [name, endpoint] : endpoints_) endpoint->clock_moved();
  dispatcher_->clock_advanced();
  return true;
}

bool SocketStage::wait_until(TimePoint when, SteadyTime deadline) {
  const auto came = [&] { return now() >= when; };
  while (skips_ && !came() && !bell().closed()) {
    if (!skip(when, deadline, came)) break;
  }
  const SteadyTime at = clock_.steady(when);
  return bell().wait_until(std::min(at, deadline)) && at <= deadline;
}

bool SocketStage::wait_for_end(const std::string& delivery, SteadyTime deadline) {
  const auto came = [&] { return journal().end_of(delivery).has_value(); };
  while (skips_ && !came() && !bell().closed()) {
    if (!skip(TimePoint::max(), deadline, came)) break;
  }
  return journal().wait_for_end(delivery, deadline - std::chrono::steady_clock::now());
}

void SocketStage::wait_for_change(std::uint64_t heard, TimePoint until, SteadyTime deadline) {
  const auto came = [&] { return changes() != heard || now() >= until; };
  while (skips_ && !came() && !bell().closed()) {
    if (!skip(until, deadline, came)) break;
  }
  bell().wait(heard, std::min(clock_.steady(until), deadline));
}

void SocketStage::give_up() {
  Stage::give_up();
  transport_->interrupt();
}

}  // namespace roomle_sim
