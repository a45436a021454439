#include "cli/endpoint_flags.h"

#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/flag_value.h"
#include "endpoint/fault_line.h"
#include "endpoint/fault_words.h"
#include "scenarios/shell_words.h"
#include "service/guard.h"
#include "tenants/url.h"

namespace roomle_sim {

void EndpointFlags::add_to(Command& command) {
  add_number(
      command, "--port", 0, UINT16_MAX,
      [this](std::uint64_t port) { port_ = static_cast<std::uint16_t>(port); },
      "The port (default 0: one that is free)")
      .type_name("PORT");
  command.add_option("--host", host_, "The address to listen on (default 127.0.0.1)")
      .type_name("HOST");
  command
      .add_option("--behavior", behavior_file_,
                  "What it answers (default: always 200); - is stdin. See docs/endpoint.md")
      .type_name("FILE");
  command
      .add_option("--fault", fault_,
                  "The same in one line, such as 'status 503 x2, delay 200ms'. See docs/faults.md")
      .type_name("LINE")
      .suggest(fault_words())
      .excludes("--behavior");
  command.add_flag("--control", control_,
                   "Take commands on stdin, one a line: fault LINE, behavior FILE, normal");
  command
      .add_option("--tls-ca-out", authority_file_,
                  "Where the authority's certificate goes, for an endpoint that speaks TLS")
      .type_name("FILE");
  Flag tenants = command.add_option("--tenants", tenants_file_,
                                    "A tenants file, whose secrets read the tokens");
  tenants.type_name("FILE");
  secret_.add_to(command, "secret", "The secret that reads the tokens");
  command.add_option("--api-key", api_key_, "The apiKey that a token must name (with --secret)")
      .type_name("K");
  add_seed(
      command, [this](std::uint64_t seed) { seed_ = seed; },
      "For behaviours that draw (default 1)");
  for (const char* flag : {"--secret", "--secret-file", "--api-key"}) tenants.excludes(flag);
}

Result<Verification> EndpointFlags::verification() {
  if (!tenants_file_.empty()) {
    Result<TenantRegistry> registry = load_tenants(tenants_file_);
    if (!registry) return registry.error();
    registry_ = *std::move(registry);
    return verification_of(registry_);
  }
  Verification verification = verification_of(TenantRegistry());  // the default secret
  if (secret_.given()) {
    Result<Secret> secret = secret_.read();
    if (!secret) return secret.error();
    const Result<Secret> key = cipher_key(*secret, KeyForm::raw);
    if (!key) return key.error();
    verification.keys.insert(verification.keys.begin(),
                             {std::move(*secret), api_key_, {}, true, std::nullopt});
  } else if (!api_key_.empty()) {
    return Error{ErrorCode::usage, "--api-key needs --secret or --secret-file"};
  }
  return verification;
}

Result<EndpointOptions> EndpointFlags::options() {
  if (control_ && (behavior_file_ == "-" || secret_.from_stdin())) {
    return Error{ErrorCode::usage, "--control takes stdin: nothing else can be read from it"};
  }
  EndpointOptions options;
  options.host = host_;
  options.port = port_;
  options.seed = seed_;
  options.keep = 0;  // each request is shown as it comes in
  Result<Verification> keys = verification();
  if (!keys) return keys.error();
  options.verification = std::move(*keys);
  Result<Behavior> chosen = behavior();
  if (!chosen) return chosen.error();
  options.behavior = std::move(*chosen);
  return options;
}

Result<Behavior> EndpointFlags::behavior() const {
  if (!fault_.empty()) {
    return parse_fault_line(std::make_shared<SourceText>(SourceText{"--fault", fault_}));
  }
  if (behavior_file_.empty()) return Behavior{};
  const Result<Source> source = read_source(behavior_file_);
  if (!source) return source.error();
  return parse_behavior(*source);
}

std::optional<Error> EndpointFlags::write_authority(const EndpointServer& server) const {
  const std::string pem = server.authority();
  if (authority_file_.empty() || pem.empty()) return std::nullopt;
  errno = 0;
  std::ofstream file(authority_file_, std::ios::trunc);
  file << pem;
  file.close();
  if (file) return std::nullopt;
  const std::string why = errno != 0 ? ": " + std::generic_category().message(errno) : "";
  return Error{ErrorCode::unavailable,
               fmt::format("{}: cannot be written{}", authority_file_, why)};
}

// What is sent to it comes here. Its path does not matter: every one is answered.
const Tenant* tenant_at(const TenantRegistry& registry, const std::string& url) {
  const Result<Url> here = parse_url(url);
  if (!here) return nullptr;
  for (const Tenant& tenant : registry.tenants()) {
    const Result<Url> webhook = parse_url(tenant.webhook);
    if (!tenant.active || !webhook) continue;
    if (webhook->scheme != here->scheme || webhook->port != here->port) continue;
    if (webhook->host == here->host ||
        (is_loopback_host(webhook->host) && is_loopback_host(here->host))) {
      return &tenant;
    }
  }
  return nullptr;
}

std::string EndpointFlags::flags_to_send(const std::string& url) const {
  // What came through stdin has no name.
  const Tenant* tenant = tenants_file_ == "-" ? nullptr : tenant_at(registry_, url);
  if (tenant != nullptr) {
    return fmt::format("--tenants {} --tenant {}", printable(shell_quoted(tenants_file_)),
                       tenant->id);
  }
  std::string text = "--to " + url;
  if (!secret_.given()) return text;
  text += " --api-key " + (api_key_.empty() ? "KEY" : printable(shell_quoted(api_key_)));
  if (secret_.from_stdin()) return text + " --secret-file FILE";
  if (secret_.file().empty()) return text + " --secret \"$SECRET\"";
  return text + " --secret-file " + printable(shell_quoted(secret_.file()));
}

}  // namespace roomle_sim
