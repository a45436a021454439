// roomle-sim tenants check FILE..., and pause and resume of a running `serve`.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/client.h"
#include "cli/client_command.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

std::string posting(const Tenant& tenant) {
  if (tenant.webhook.empty()) return "no webhook: the Roomle email goes out at once";
  const RetryPolicy& retry = tenant.simulator.retry;
  return fmt::format("posts to {}, retry {} ({}), timeout {}", tenant.webhook, retry.name,
                     plural(retry.attempts, "attempt"), format_duration(tenant.simulator.timeout));
}

// Which secret makes the token; the secret itself is never shown.
std::string token_line(const Tenant& tenant, const TokenCredential& credential) {
  if (tenant.simulator.token.algorithm == TokenAlgorithm::plain) {
    return "token: not encrypted (algorithm 03), the event cannot be authenticated";
  }
  const std::string& key = credential.credential->api_key;
  return credential.authenticates
             ? fmt::format("token: secret of apiKey '{}', authenticates the event", key)
             : fmt::format("token: default secret ('{}'), the event cannot be authenticated", key);
}

void show(Console& console, const Tenant& tenant, const TokenCredential& credential) {
  const std::string id = fmt::format("{:>6}", tenant.id);
  console.line(printable(fmt::format("{}  {} \"{}\"{}: {}", id, tenant.name, tenant.shown_name(),
                                     tenant.active ? "" : " (inactive)", posting(tenant))));
  console.line(printable(fmt::format("{:>6}  {}", "", token_line(tenant, credential))));
}

void show_object(Console& console, const std::string& file, const Tenant& tenant,
                 const TokenCredential& credential) {
  using nlohmann::ordered_json;
  const bool encrypted = tenant.simulator.token.algorithm != TokenAlgorithm::plain;
  console.object(
      {{"type", "tenant"},
       {"file", file},
       {"id", tenant.id},
       {"name", tenant.name},
       {"label", tenant.label},
       {"active", tenant.active},
       {"webhook", tenant.webhook.empty() ? ordered_json() : ordered_json(tenant.webhook)},
       {"apiKey", tenant.api_key ? ordered_json(*tenant.api_key) : ordered_json()},
       {"tokenApiKey", credential.credential->api_key},
       {"authenticates", encrypted && credential.authenticates},
       {"token", json_from(to_json_text(tenant.simulator.token))},
       {"retry", tenant.simulator.retry.name},
       {"attempts", tenant.simulator.retry.attempts},
       {"timeout", format_duration(tenant.simulator.timeout)}});
}

void warn(Console& console, const Tenant& tenant, const TokenCredential& credential) {
  const auto say = [&](std::string_view what) {
    console.message(printable(fmt::format("warning: tenant '{}' {}", tenant.name, what)));
  };
  if (!tenant.active) say("is inactive: its events are refused");
  const bool posts = !tenant.webhook.empty();
  if (posts && !credential.authenticates &&
      tenant.simulator.token.algorithm != TokenAlgorithm::plain) {
    say("has no apiKey: everyone knows the default secret, so its token proves nothing");
  }
}

int check_file(Console& console, const std::string& file) {
  const Result<TenantRegistry> registry = load_tenants(file);
  if (!registry) return console.fail(registry.error());
  console.line(fmt::format("{}: {}, {}", printable(file),
                           plural(registry->tenants().size(), "tenant"),
                           console.styled("fine", Console::Style::good)));
  if (registry->tenants().empty()) {
    console.message(fmt::format("warning: {} holds no tenant", printable(file)));
  }
  for (const Tenant& tenant : registry->tenants()) {
    const TokenCredential credential = registry->credential_for(tenant);
    show(console, tenant, credential);
    show_object(console, file, tenant, credential);
    warn(console, tenant, credential);
  }
  return exit_code::kFine;
}

struct TenantFlags {
  ClientOptions client;
  std::string tenant;

  void add_to(Command& command) {
    command.add_option("TENANT", tenant, "The tenant's id or name").type_name("").required();
    client.add_to(command);
  }
};

int set_paused(Console& console, const TenantFlags& flags, const char* verb) {
  const auto answer =
      call(console, flags.client, "POST",
           fmt::format("/sim/v1/tenants/{}/{}", percent_encoded(flags.tenant), verb));
  if (!answer) return answer.error().exit_code;
  AnswerReader reader(*answer);
  const std::int64_t id = reader.number("tenant");
  const bool paused = reader.flag("paused");
  const bool active = reader.flag("active");
  if (!reader.ok()) return console.fail(foreign_answer(flags.client.url()));
  console.line(
      fmt::format("tenant {} is {}", id,
                  !paused  ? "not paused: what waited begins now"
                  : active ? "paused: its events are taken, and wait"
                           : "paused: what is open waits; it is inactive, so that its events are "
                             "refused as before"));
  console.object({{"type", "tenant"}, {"id", id}, {"paused", paused}, {"active", active}});
  return exit_code::kFine;
}

int pause(Console& console, const TenantFlags& flags) {
  return set_paused(console, flags, "pause");
}

int resume(Console& console, const TenantFlags& flags) {
  return set_paused(console, flags, "resume");
}

}  // namespace

void add_tenants_command(Command& app, Context& context) {
  Command tenants =
      app.add_subcommand("tenants", "Look at tenants files; pause a tenant of a running `serve`");
  tenants.require_subcommand();
  add_common_flags(tenants, context);
  Command check = tenants.add_subcommand(
      "check", "Read tenants files, and tell what is wrong or what each tenant gets");
  const auto files = std::make_shared<std::vector<std::string>>();
  check.add_option("FILE", *files, "A tenants file; - is stdin").required();
  add_common_flags(check, context);
  check.callback([&context, files] {
    context.run = [&context, files] {
      int code = exit_code::kFine;
      for (const std::string& file : *files) {
        code = std::max(code, check_file(context.console, file));
      }
      return code;
    };
  });
  add_client_command<TenantFlags>(tenants, context, "pause",
                                  "Hold a tenant's attempts and mails back in a running `serve`",
                                  pause,
                                  "What is under way ends; `serve` starts anew without pauses.\n"
                                  "Exit: 4 there is no such tenant");
  add_client_command<TenantFlags>(tenants, context, "resume", "Let them begin again", resume,
                                  "Exit: 4 there is no such tenant");
}

}  // namespace roomle_sim
