#include "scenarios/stage.h"

#include <set>

#include "fallback_mailer/mailbox_spec.h"

namespace roomle_sim {
namespace {

std::shared_ptr<const TenantRegistry> with_webhooks(const Scenario& scenario,
                                                    const std::string& url) {
  auto registry = std::make_shared<TenantRegistry>();
  for (Tenant tenant : scenario.registry.tenants()) {
    if (scenario.built_in.contains(tenant.id)) tenant.webhook = url;
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
  std::string url = options.external_endpoint.value_or("");
  if (!options.external_endpoint) {
    EndpointOptions endpoint;
    endpoint.behavior = scenario.endpoint.value_or(Behavior{});
    endpoint.seed = stage->seed_;
    endpoint.verification = verification_of(scenario.registry);
    auto started = EndpointServer::start(std::move(endpoint));
    if (!started) return started.error();
    stage->endpoint_ = *std::move(started);
    url = stage->endpoint_->url();
  }
  stage->registry_ = with_webhooks(scenario, url);
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
  journal_.give_up();
  transport_->interrupt();
}

}  // namespace roomle_sim
