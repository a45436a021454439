#include "cli/send_options.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "fallback_mailer/mailbox_spec.h"
#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// "NAME=VALUE" in two; nothing without a name or a '='.
std::optional<std::pair<std::string, std::string>> split(const std::string& text, char at) {
  const std::size_t middle = text.find(at);
  if (middle == std::string::npos || middle == 0) return std::nullopt;
  return std::pair{text.substr(0, middle), text.substr(middle + 1)};
}

// true, false and null mean themselves where the member can be one; all else is a text.
ordered_json member_value(std::string_view name, const std::string& text) {
  if (text == "null") return nullptr;
  for (const DataMember& member : data_members()) {
    if (member.name != name || member.kind != MemberKind::boolean) continue;
    if (text == "true" || text == "false") return text == "true";
  }
  return text;
}

}  // namespace

void SendOptions::add_to(Command& command) {
  command.add_option("EVENT", event_, "One of those that `roomle-sim events` lists")
      .required()
      .one_of(event_names());
  Flag to = command.add_option("--to", to_, "The webhook URL to post to");
  Flag file =
      command.add_option("--tenants", tenants_file_, "A tenants file; - is stdin").excludes(to);
  command.add_option("--tenant", tenant_, "The id or name of a tenant in it").needs(file);
  command.add_option("--api-key", api_key_, "With --to: the apiKey that the token names").needs(to);
  secret_.add_to(command, "secret", "With --to: the secret of that apiKey");
  to.type_name("URL");
  file.type_name("FILE");
  command.add_option("--set", members_, "A member of data; null removes it (repeatable)")
      .type_name("NAME=VALUE")
      .one_value_each();
  command.add_option("--url-param", url_extra_, "An extra parameter of the share link (repeatable)")
      .type_name("NAME=VALUE")
      .one_value_each();
  command.add_option("--retry", retry_, "A policy by name, or written out as JSON (default roomle)")
      .type_name("POLICY")
      .suggest(retry_policy_names());
  add_duration(
      command, "--timeout", [this](Duration timeout) { timeout_ = timeout; },
      "For one whole attempt (default 10s)");
  command.add_option("--mail", mailbox_, "Where the Roomle email goes")
      .type_name("maildir:DIR")
      .suggest({"maildir:"})
      .default_str(std::string(kDefaultMailbox))
      .envname("ROOMLE_SIM_MAIL");
  mailbox_ = kDefaultMailbox;
  add_seed(
      command, [this](std::uint64_t seed) { seed_ = seed; }, "Of the retries' jitter (default 1)");
  http_.add_to(command);
}

Result<TenantRegistry> SendOptions::made_up() const {
  const Result<Url> url = read_url("--to", to_);
  if (!url) return url.error();
  // The default credential is the one that a tenants file without one gets.
  Result<TenantRegistry> registry =
      parse_tenants(std::make_shared<const SourceText>(SourceText{"--to", R"({"tenants":[]})"}));
  if (!registry) return registry.error();
  Tenant tenant;
  tenant.id = 1;
  tenant.name = "command-line";
  tenant.label = "Your Company";
  tenant.webhook = to_;
  if (secret_.given()) {
    Result<Secret> secret = secret_.read();
    if (!secret) return secret.error();
    const Result<Secret> key = cipher_key(*secret, KeyForm::raw);
    if (!key) return about_flag("--secret", key.error());
    if (api_key_.empty()) return usage_error("--secret needs --api-key, which the token names");
    tenant.api_key = api_key_;
    registry->add(Credential{api_key_, std::move(*secret)});
  } else if (!api_key_.empty()) {
    return usage_error("--api-key needs --secret or --secret-file");
  }
  registry->add(std::move(tenant));
  return registry;
}

Result<SendOptions::Target> SendOptions::target() const {
  if (to_.empty() && tenants_file_.empty()) {
    return usage_error("where to? Give --to URL, or --tenants FILE --tenant ID");
  }
  if (to_.empty() && secret_.given()) {
    return usage_error("--secret goes with --to; a tenants file holds its own secrets");
  }
  Result<TenantRegistry> loaded = to_.empty() ? load_tenants(tenants_file_) : made_up();
  if (!loaded) return loaded.error();
  const Tenant* found = nullptr;
  if (!tenant_.empty()) {
    found = loaded->find_by_text(tenant_);
  } else if (loaded->tenants().size() == 1) {
    found = &loaded->tenants().front();
  }
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const Tenant& tenant : loaded->tenants()) {
      names.push_back(fmt::format("{} '{}'", tenant.id, tenant.name));
    }
    return usage_error(fmt::format("{} in {}; it has: {}",
                                   tenant_.empty()
                                       ? std::string("--tenant says which tenant is meant")
                                       : fmt::format("--tenant: there is no '{}'", tenant_),
                                   tenants_file_, fmt::join(names, ", ")));
  }
  auto registry = std::make_shared<TenantRegistry>();
  Tenant tenant = *found;
  if (!retry_.empty()) {
    Result<RetryPolicy> policy = parse_retry_policy(retry_);
    if (!policy) return usage_error(fmt::format("--retry: {}", policy.error().message));
    tenant.simulator.retry = std::move(*policy);
  }
  if (timeout_) tenant.simulator.timeout = *timeout_;
  const std::int64_t id = tenant.id;
  registry->set_default(loaded->default_credential());
  for (const Credential& credential : loaded->credentials()) registry->add(credential);
  registry->add(std::move(tenant));
  return Target{std::move(registry), id};
}

Result<Event> SendOptions::event() const {
  ordered_json overrides = ordered_json::object();
  for (const std::string& text : members_) {
    const auto parts = split(text, '=');
    if (!parts) return wrong_value("--set", "NAME=VALUE", text);
    overrides[parts->first] = member_value(parts->first, parts->second);
  }
  std::vector<std::pair<std::string, std::string>> extra;
  for (const std::string& text : url_extra_) {
    const auto parts = split(text, '=');
    if (!parts) return wrong_value("--url-param", "NAME=VALUE", text);
    extra.push_back(*parts);
  }
  Result<Event> event = make_event(event_, overrides, extra);
  // The event's name was checked before: only a member can be wrong.
  return event ? std::move(event) : Result<Event>(usage_error("--set: " + event.error().message));
}

Result<DispatcherOptions> SendOptions::dispatcher(const Target& target) const {
  DispatcherOptions options;
  options.seed = seed_;
  const Tenant& tenant = *target.registry->find(target.tenant);
  Result<Headers> headers = http_.headers({tenant.simulator.token.header});
  if (!headers) return headers.error();
  options.outgoing.headers = std::move(*headers);
  return options;
}

}  // namespace roomle_sim
