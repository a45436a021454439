// roomle-sim endpoint: a tenant endpoint to play with.
#include <fstream>
#include <memory>
#include <optional>
#include <semaphore>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/endpoint_control.h"
#include "cli/endpoint_output.h"
#include "cli/endpoint_story.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "cli/interrupt.h"
#include "cli/token_options.h"
#include "endpoint/fault_line.h"
#include "endpoint/fault_words.h"
#include "endpoint/server.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

// The flags as they were given. Must outlive the parsing.
class EndpointFlags {
 public:
  void add_to(Command& command);
  [[nodiscard]] Result<EndpointOptions> options() const;
  // Whether commands come on stdin.
  [[nodiscard]] bool control() const { return control_; }
  [[nodiscard]] const std::string& authority_file() const { return authority_file_; }
  // Writes the certificate of the endpoint's authority, where that was asked for and there is one.
  [[nodiscard]] std::optional<Error> write_authority(const EndpointServer& server) const;

 private:
  [[nodiscard]] Result<Behavior> behavior() const;
  [[nodiscard]] Result<Verification> verification() const;

  std::string host_ = "127.0.0.1";
  std::uint16_t port_ = 0;
  std::string behavior_file_;
  std::string fault_;
  std::string authority_file_;
  bool control_ = false;
  std::string tenants_file_;
  std::string api_key_;
  SecretOption secret_;
  std::uint64_t seed_ = 1;
};

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

Result<Verification> EndpointFlags::verification() const {
  if (!tenants_file_.empty()) {
    const Result<TenantRegistry> registry = load_tenants(tenants_file_);
    if (!registry) return registry.error();
    return verification_of(*registry);
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

Result<EndpointOptions> EndpointFlags::options() const {
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
  std::ofstream file(authority_file_, std::ios::trunc);
  file << pem;
  file.close();
  if (file) return std::nullopt;
  return Error{ErrorCode::unavailable, fmt::format("{}: cannot be written", authority_file_)};
}

// `authority_file`: where the authority's certificate was written; empty: nowhere.
void announce(Console& console, EndpointOutput& output, const EndpointServer& server, bool refuses,
              const std::string& authority_file) {
  nlohmann::ordered_json ready{{"type", "ready"}, {"url", server.url()}, {"port", server.port()}};
  std::string trust;
  if (const std::string pem = server.authority(); !pem.empty()) {
    ready["authority"] = pem;
    trust = authority_file.empty() ? " --insecure" : " --cacert " + authority_file;
  }
  output.begin({fmt::format("{} {}", refuses ? "refusing connections at" : "listening at",
                            console.styled(server.url(), Console::Style::bold))},
               ready);
  console.message(
      fmt::format("send to it with:  roomle-sim send email.savedConfiguration --to {}{}\n"
                  "end it with Ctrl-C",
                  server.url(), trust));
}

// One command of stdin.
void change(const std::string& line, Console& console, EndpointOutput& output,
            EndpointServer& server, const EndpointFlags& flags) {
  Result<Behavior> behavior = behavior_of_command(line);
  std::optional<Error> error;
  if (!behavior) {
    error = behavior.error();
  } else {
    error = server.set_behavior(std::move(*behavior));
    if (!error) error = flags.write_authority(server);
  }
  if (error) {
    console.error(error->message);
    output.say({}, {{"type", "refused"}, {"command", line}, {"message", error->message}});
  } else {
    output.say({fmt::format("changed: {} (at {})", printable(line), server.url())},
               {{"type", "changed"}, {"command", line}, {"url", server.url()}});
  }
}

int serve(Console& console, const EndpointFlags& flags) {
  Result<EndpointOptions> options = flags.options();
  if (!options) return console.fail(options.error());
  // Behind what is read, where an interrupt is to end the program at once; before every thread.
  std::counting_semaphore<2> ended(0);  // the interrupt, and a closed pipe
  const InterruptWatch interrupt([&] { ended.release(); });
  const bool refuses = options->behavior.refuse;
  // Nobody reads on: a pipe that was closed. An endpoint that nobody watches has no end.
  EndpointOutput output(console, [&] { ended.release(); });
  options->observer = [&](const ReceivedRequest& request) {
    output.tell(tell(request, console), to_object(request));
  };
  options->connection_observer = [&](const ResponsePlan& plan, TimePoint when) {
    output.tell({tell_connection(plan, when, console)}, connection_object(plan, when));
  };
  const auto server = EndpointServer::start(std::move(*options));
  if (!server) return console.fail(server.error());
  if (const auto error = flags.write_authority(**server)) return console.fail(*error);
  announce(console, output, **server, refuses, flags.authority_file());
  {
    std::optional<StdinLines> commands;
    if (flags.control()) {
      commands.emplace(
          [&](const std::string& line) { change(line, console, output, **server, flags); });
    }
    ended.acquire();
  }
  (*server)->stop();
  const EndpointCounts counts = (*server)->counts();
  output.say({tell(counts)}, to_object(counts));
  if (output.finish() && interrupt.interrupted()) return exit_code::kInterrupted;
  console.error("the output could not be written to the end");
  return exit_code::kCouldNotRun;
}

// In lines that fit a terminal.
std::string fault_words_for_help() {
  constexpr std::size_t kWidth = 78;
  std::string text = "Words of --fault, ',' between answers and '+' within one:\n ";
  std::size_t width = 1;
  std::vector<std::string_view> words = fault_words();
  words.insert(words.end(), {"header", "refuse", "outage", "then"});
  for (const std::string_view word : words) {
    if (width + 1 + word.size() > kWidth) {
      text += "\n ";
      width = 1;
    }
    text += fmt::format(" {}", word);
    width += 1 + word.size();
  }
  return text;
}

}  // namespace

void add_endpoint_command(Command& app, Context& context) {
  Command command = app.add_subcommand(
      "endpoint", "A tenant endpoint to play with: answers as told, and shows each event");
  const auto flags = std::make_shared<EndpointFlags>();
  flags->add_to(command);
  add_common_flags(command, context);
  command.footer(
      "Without --tenants and --secret, tokens of the default secret can be read.\n"
      "Exit: 130 after Ctrl-C, 2 a file that cannot be used, 3 the port is taken\n\n" +
      fault_words_for_help() +
      "\n\n"
      "Examples:\n"
      "  roomle-sim endpoint --port 8090 --fault 'status 503 x2, delay 200ms'\n"
      "      fails twice, then answers late\n"
      "  roomle-sim endpoint --fault 'tenant 42: 503 + header Retry-After 5; 20%: "
      "connection_reset'\n"
      "      fails for one tenant, and now and then for the others\n"
      "  roomle-sim endpoint --fault 'tls expired x1, 200' --tls-ca-out ca.pem\n"
      "      https, whose first certificate is too old; send --cacert ca.pem trusts the rest\n"
      "  roomle-sim endpoint --fault 'tls expired; 503 x2, 200'\n"
      "      the same certificate for all; send --insecure is answered\n"
      "  echo '{\"sequence\": [{\"status\": 503, \"times\": 2}, 200]}' |\n"
      "    roomle-sim endpoint --port 8090 --behavior -");
  command.callback([&context, flags] {
    context.run = [&context, flags] { return serve(context.console, *flags); };
  });
}

}  // namespace roomle_sim
