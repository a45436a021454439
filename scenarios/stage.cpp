#include "scenarios/stage.h"

#include <set>

#include "fallback_mailer/mailbox_spec.h"
#include "scenarios/socket_stage.h"
#include "scenarios/virtual_stage.h"

namespace roomle_sim {

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

Result<std::unique_ptr<Stage>> Stage::set_up(const Scenario& scenario, const RunOptions& options) {
  const std::uint64_t seed = options.seed.value_or(scenario.seed.value_or(1));
  return options.time == TimeMode::virt ? VirtualStage::set_up(scenario, options, seed)
                                        : SocketStage::set_up(scenario, options, seed);
}

std::optional<Error> Stage::open_named_mailbox(const std::string& spec) {
  auto mailbox = open_mailbox(spec);
  if (!mailbox) return mailbox.error();
  named_mailbox_ = *std::move(mailbox);
  return std::nullopt;
}

Result<std::vector<ReceivedMail>> Stage::mails_of(const std::string& delivery) const {
  std::vector<ReceivedMail> mails;
  if (!named_mailbox_) {
    for (const StoredMail& stored : memory_mailbox_.list_of(delivery)) {
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
}

}  // namespace roomle_sim
