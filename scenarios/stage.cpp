#include "scenarios/stage.h"

#include <algorithm>
#include <functional>
#include <set>

#include "fallback_mailer/mailbox_spec.h"

namespace roomle_sim {
namespace {

// `url_of` gives where the events of a tenant go that has no webhook of his own.
std::shared_ptr<const TenantRegistry> with_webhooks(
    const Scenario& scenario, const std::function<std::string(const EndpointPath&)>& url_of) {
  auto registry = std::make_shared<TenantRegistry>();
  for (Tenant tenant : scenario.registry.tenants()) {
    const auto chosen = scenario.built_in.find(tenant.id);
    if (chosen != scenario.built_in.end()) tenant.webhook = url_of(chosen->second);
    registry->add(std::move(tenant));
  }
  for (const Credential& credential : scenario.registry.credentials()) registry->add(credential);
  registry->set_default(scenario.registry.default_credential());
  return registry;
}

}  // namespace

Result<std::unique_ptr<Stage>> Stage::set_up(const Scenario& scenario, const RunOptions& options) {
  std::unique_ptr<Stage> stage(new Stage());
  stage->seed_ = options.seed.value_or(scenario.seed.value_or(1));
  if (!options.external_endpoint) {
    if (auto error = stage->open_endpoints(scenario)) return *error;
  }
  stage->registry_ = with_webhooks(scenario, [&](const EndpointPath& chosen) {
    if (options.external_endpoint) return *options.external_endpoint;
    std::string url = stage->endpoints_.at(chosen.endpoint)->url();
    return url.replace(url.rfind('/'), 1, chosen.path);
  });
  if (options.mailbox) {
    auto mailbox = open_mailbox(*options.mailbox);
    if (!mailbox) return mailbox.error();
    stage->named_mailbox_ = *std::move(mailbox);
  }
  auto transport = HttpTransport::create(options.transport);
  if (!transport) return transport.error();
  stage->transport_ = *std::move(transport);
  FallbackMailbox& mailbox =
      stage->named_mailbox_ ? *stage->named_mailbox_ : stage->memory_mailbox_;
  DispatcherOptions dispatcher;
  dispatcher.seed = stage->seed_;
  dispatcher.outgoing = options.outgoing;
  stage->dispatcher_ = std::make_unique<Dispatcher>(*stage->transport_, stage->journal_, mailbox,
                                                    stage->clock_, dispatcher);
  return stage;
}

std::optional<Error> Stage::open_endpoints(const Scenario& scenario) {
  auto error = open_endpoint(std::string(kDefaultEndpoint), scenario.endpoint.value_or(Behavior{}),
                             scenario.registry);
  for (const auto& [name, behavior] : scenario.endpoints) {
    if (!error) error = open_endpoint(name, behavior, scenario.registry);
  }
  return error;
}

std::optional<Error> Stage::open_endpoint(const std::string& name, Behavior behavior,
                                          const TenantRegistry& tenants) {
  EndpointOptions options;
  options.behavior = std::move(behavior);
  options.seed = seed_;
  options.verification = verification_of(tenants);
  options.observer = [this](const ReceivedRequest&) { bell_.ring(); };
  auto started = EndpointServer::start(std::move(options));
  if (!started) return started.error();
  endpoints_.emplace(name, *std::move(started));
  return std::nullopt;
}

std::vector<ReceivedRequest> Stage::requests() const {
  std::vector<ReceivedRequest> all;
  for (const auto& [name, endpoint] : endpoints_) {
    for (ReceivedRequest& request : endpoint->requests()) {
      request.endpoint = name;
      all.push_back(std::move(request));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return all;
}

void Stage::wait_for_requests(const std::map<std::string, std::uint64_t>& counts,
                              std::chrono::steady_clock::time_point deadline) const {
  for (const auto& [name, count] : counts) endpoints_.at(name)->wait_for(count, deadline);
}

Result<std::vector<ReceivedMail>> Stage::mails_of(const std::string& delivery) const {
  std::vector<ReceivedMail> mails;
  if (!named_mailbox_) {
    for (const StoredMail& stored : memory_mailbox_.list()) {
      if (stored.delivery != delivery) continue;
      auto mail = read_mail(stored.bytes);
      if (!mail) return mail.error();
      mails.push_back(*std::move(mail));
    }
    return mails;
  }
  std::set<std::string> paths;
  for (const JournalRecord& record : journal_.records_of(delivery)) {
    if (record.receipt) paths.insert(record.receipt->where);
  }
  for (const std::string& path : paths) {
    auto mail = read_mail_file(path);
    if (!mail) return mail.error();
    mails.push_back(*std::move(mail));
  }
  return mails;
}

void Stage::give_up() {
  bell_.close();
  journal_.give_up();
  transport_->interrupt();
}

}  // namespace roomle_sim
