#include "cli/serve_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/flag_value.h"
#include "fallback_mailer/mailbox_spec.h"

namespace roomle_sim {
namespace {

// For the answers of POSTs under way, most of which come within milliseconds: each that is cut off
// counts as ambiguous at the next start. Short enough for a Ctrl-C.
constexpr Duration kStopGrace = std::chrono::seconds(1);

constexpr std::string_view kMaildir = "maildir:";
constexpr std::string_view kForever = "forever";
constexpr Duration kDefaultKeep = std::chrono::days(7);
constexpr DurationRange kKeepRange{std::chrono::milliseconds(1), std::chrono::days(36'500), ""};
constexpr DurationRange kExportTimeRange{Duration(0), std::chrono::hours(24), "from 0s to 24h"};

// As much room for each event as by default: else the bytes would be the bound, whatever N is.
OpenLimits limits_for(std::size_t deliveries) {
  OpenLimits limits;
  limits.bytes = std::max(limits.bytes, deliveries * (limits.bytes / limits.deliveries));
  limits.deliveries = deliveries;
  return limits;
}

}  // namespace

void ServeOptions::add_to(Command& command) {
  service_.data_folder = "./roomle-data";
  service_.http.port = kServePort;
  service_.keep = kDefaultKeep;
  command.add_option("--tenants", tenants_file_, "A tenants file; - is stdin")
      .required()
      .type_name("FILE");
  command
      .add_option("--data", service_.data_folder,
                  "Where the journal is kept (default ./roomle-data); :memory: keeps nothing")
      .type_name("DIR");
  add_number(
      command, "--port", 0, UINT16_MAX,
      [this](std::uint64_t port) { service_.http.port = static_cast<std::uint16_t>(port); },
      fmt::format("The port (default {}; 0 takes one that is free)", kServePort))
      .type_name("PORT");
  command
      .add_option("--host", service_.http.host,
                  "The address to listen on (default 127.0.0.1); others need an access token")
      .type_name("HOST");
  access_token_.add_to(command, "A file with the token that /sim/v1 then asks for; - is stdin");
  command
      .add_option("--mail", service_.mailbox,
                  "Where the Roomle emails go (default: the folder mail in that of --data)")
      .type_name("maildir:DIR")
      .suggest({"maildir:"})
      .check(expects("maildir:DIR",
                     [](const std::string& text) {
                       return text.starts_with(kMaildir) && text.size() > kMaildir.size();
                     }))
      .envname("ROOMLE_SIM_MAIL");
  command
      .add_option_function(
          "--api-auth",
          [this](const std::string& word) {
            service_.rapi.auth = api_auth_from_word(word).value();
          },
          "What follows from a wrong token of a request: off, log (default) or strict (401)")
      .type_name("off|log|strict")
      .one_of({"off", "log", "strict"});
  add_duration(
      command, "--export-time", [this](Duration time) { service_.rapi.export_time = time; },
      "Between a 3d-export's answer and its event (default 2s)", kExportTimeRange);
  command
      .add_option_function(
          "--export-failures",
          [this](const std::string& text) {
            service_.rapi.export_failures = read_share(text).value();
          },
          "How many of the exports end badly (default 0)")
      .type_name("SHARE")
      .check(expects("a number from 0 to 1, or one such as 30%",
                     [](const std::string& text) { return read_share(text).has_value(); }));
  add_limits(command);
  http_.add_to(command);
}

void ServeOptions::add_limits(Command& command) {
  command
      .add_option_function(
          "--keep",
          [this](const std::string& text) {
            service_.keep = text == kForever ? std::nullopt : read_duration(text, kKeepRange);
          },
          "How long deliveries that have ended are kept (default 7d); or: forever")
      .type_name("DURATION")
      .check(expects("a duration from 1ms to 36500d, such as 12h or 7d, or the word forever",
                     [](const std::string& text) {
                       return text == kForever || read_duration(text, kKeepRange).has_value();
                     }));
  command
      .add_option_function(
          "--targets",
          [this](const std::string& word) {
            service_.transport.targets = targets_from_word(word).value();
          },
          "Where events may be posted: any (default), loopback or public addresses")
      .type_name("any|loopback|public")
      .one_of({"any", "loopback", "public"});
  add_number(
      command, "--most-open", 1, 10'000'000,
      [this](std::uint64_t most) { service_.dispatcher.open_limits = limits_for(most); },
      "Deliveries that may be open; beyond it the answer is 429 (default 100000)");
  add_seed(
      command, [this](std::uint64_t seed) { service_.dispatcher.seed = service_.rapi.seed = seed; },
      "Of the retries' jitter and of --export-failures (default 1)");
}

Result<TenantRegistry> ServeOptions::tenants() const {
  if (tenants_file_ == "-" && access_token_.from_stdin()) {
    return Error{ErrorCode::usage, "--tenants and --access-token-file cannot both be stdin"};
  }
  return load_tenants(tenants_file_);
}

Result<ServiceOptions> ServeOptions::service(const TenantRegistry& tenants) const {
  ServiceOptions options = service_;
  Result<std::optional<Secret>> token = access_token_.read();
  if (!token) return token.error();
  options.http.access_token = std::move(*token);
  std::vector<std::string> token_headers;
  for (const Tenant& tenant : tenants.tenants()) {
    token_headers.push_back(tenant.simulator.token.header);
  }
  Result<Headers> headers = http_.headers(token_headers);
  if (!headers) return headers.error();
  options.dispatcher.outgoing.headers = std::move(*headers);
  options.dispatcher.stop_grace = kStopGrace;
  const Targets targets = options.transport.targets;
  options.transport = http_.transport();
  options.transport.targets = targets;
  // Opened here once, so that a mistake is told with the flag.
  if (!options.mailbox.empty()) {
    if (const auto mailbox = open_mailbox(options.mailbox); !mailbox) {
      return about_flag("--mail", mailbox.error());
    }
  }
  return options;
}

}  // namespace roomle_sim
