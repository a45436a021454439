// roomle-sim token encrypt | decrypt | identify
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "cli/token_options.h"
#include "sender/token.h"
#include "sender/token_identify.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

std::string word_of(TokenAlgorithm algorithm) {
  return std::string(algorithm_words()[static_cast<std::size_t>(algorithm)]);
}

int fail_usage(Console& console, std::string message) {
  return console.fail({ErrorCode::usage, std::move(message)});
}

int fail_token(Console& console, const TokenError& error) {
  if (error.fault == TokenFault::key) {
    return console.fail({ErrorCode::bad_input, error.message + " (see --key-form)"});
  }
  return console.fail({ErrorCode::bad_input, "the token cannot be used: " + error.message});
}

constexpr std::string_view kNoSecret =
    "the secret is missing (--secret or --secret-file; only 03 needs none)";

struct Encrypt {
  SecretOption secret;
  SettingsOptions settings;
  std::string at;
  std::string session = "anonymous";
  std::optional<std::string> api_key;
  std::optional<std::string> plaintext;

  void add_to(Command& command);
  int run(Console& console) const;
  [[nodiscard]] Result<std::string> make_plaintext() const;
};

void Encrypt::add_to(Command& command) {
  secret.add_to(command, "secret", "The secret");
  Flag text =
      command.add_option("--plaintext", plaintext, "Encrypt this text instead, whatever it says");
  text.type_name("TEXT");
  command.add_option("--api-key", api_key, "The apiKey that the token names")
      .type_name("K")
      .excludes(text);
  command.add_option("--session", session, "The session token (default: anonymous)")
      .type_name("TEXT")
      .excludes(text);
  command
      .add_option("--at", at,
                  "The timestamp, to the letter: yyyy-MM-ddTHH:mm:ss.SSSZ (default: now)")
      .type_name("TIMESTAMP")
      .excludes(text);
  settings.add_to(command);
  command.footer(
      "Example, the vendor's published one:\n"
      "  roomle-sim token encrypt --alg 02 --secret 'a-Secr3t_Str1ng!' \\\n"
      "    --at 2020-12-31T23:00:00.000Z --session aSessionToken --api-key aValidApiKey");
}

Result<std::string> Encrypt::make_plaintext() const {
  if (plaintext) return *plaintext;
  if (!api_key) {
    return Error{ErrorCode::usage, "--api-key is missing (or give the whole text: --plaintext)"};
  }
  if (!at.empty()) {
    const Result<TimePoint> parsed = parse_timestamp(at);
    if (!parsed) {
      return wrong_value("--at", "yyyy-MM-ddTHH:mm:ss.SSSZ, such as 2020-12-31T23:00:00.000Z", at);
    }
  }
  const TokenContent content{at.empty() ? format_timestamp(SystemClock().now()) : at, session,
                             *api_key};
  // What could not be read back would be no token of the documented form.
  TokenSettings plain;
  plain.algorithm = TokenAlgorithm::plain;
  const std::string text = format_plaintext(content);
  const auto read = read_token(*encrypt_token(text, Secret(), plain), Secret(), plain);
  if (read && read->session_token == session && read->api_key == *api_key) return text;
  return Error{ErrorCode::usage,
               "--session (not empty) and --api-key (without ';') take printable ASCII alone; "
               "--plaintext takes any text"};
}

int Encrypt::run(Console& console) const {
  const TokenSettings chosen = settings.settings();
  if (!secret.given() && chosen.algorithm != TokenAlgorithm::plain) {
    return fail_usage(console, std::string(kNoSecret));
  }
  const Result<std::string> text = make_plaintext();
  if (!text) return console.fail(text.error());
  const Result<Secret> key = secret.read();
  if (!key) return console.fail(key.error());
  const Result<std::string> token = encrypt_token(*text, *key, chosen);
  if (!token) {
    return console.fail({token.error().code, token.error().message + " (see --key-form)"});
  }
  console.line(*token);
  console.object({{"type", "token"}, {"token", *token}, {"plaintext", *text}});
  return exit_code::kFine;
}

struct Decrypt {
  SecretOption secret;
  SettingsOptions settings;
  TokenArgument token;

  void add_to(Command& command) {
    secret.add_to(command, "secret", "The secret");
    settings.add_to(command);
    token.add_to(command);
    command.footer(
        "The algorithm is read from the token; with --alg, a token of another one is refused.\n"
        "Example:  roomle-sim token decrypt --secret-file secret.txt 01-…");
  }
  int run(Console& console) const;
};

int Decrypt::run(Console& console) const {
  if (token.from_stdin() && secret.from_stdin()) {
    return fail_usage(console, "the token and the secret cannot both come from stdin");
  }
  const Result<std::string> text = token.read();
  if (!text) return console.fail(text.error());
  const auto algorithm = token_algorithm(*text);
  if (!algorithm) return fail_token(console, algorithm.error());
  if (!secret.given() && *algorithm != TokenAlgorithm::plain) {
    return fail_usage(console, std::string(kNoSecret));
  }
  const TokenSettings chosen = settings.settings();
  if (settings.algorithm_given() && *algorithm != chosen.algorithm) {
    return console.fail({ErrorCode::bad_input,
                         fmt::format("the token cannot be used: it is of algorithm {}, not {}",
                                     word_of(*algorithm), word_of(chosen.algorithm))});
  }
  const Result<Secret> key = secret.read();
  if (!key) return console.fail(key.error());
  const auto content = read_token(*text, *key, chosen);
  if (!content) return fail_token(console, content.error());
  console.line(format_plaintext(*content));
  console.object({{"type", "plaintext"},
                  {"plaintext", format_plaintext(*content)},
                  {"timestamp", content->timestamp},
                  {"sessionToken", content->session_token},
                  {"apiKey", content->api_key},
                  {"algorithm", word_of(*algorithm)}});
  return exit_code::kFine;
}

struct Identify {
  SecretOption secret;
  SecretOption default_secret;
  TokenArgument token;
  std::string at;

  void add_to(Command& command);
  int run(Console& console) const;
  [[nodiscard]] Result<IdentifyRequest> request() const;
};

void Identify::add_to(Command& command) {
  secret.add_to(command, "secret", "The tenant's secret");
  default_secret.add_to(command, "default-secret", "A second secret to try");
  command
      .add_option("--at", at,
                  "When the token was made, as it writes it: yyyy-MM-ddTHH:mm or in full. "
                  "Needed for an IV that is fixed and unknown")
      .type_name("TIME");
  token.add_to(command);
  command.footer(
      "Prints the text to put under simulator.token in a tenants file. Exit: 0 with settings\n"
      "to use, 4 when the key is right but the IV stays unknown, 2 when nothing fits.\n"
      "Example:  roomle-sim token identify --secret-file secret.txt 01-…");
}

Result<IdentifyRequest> Identify::request() const {
  const bool minute_alone = at.size() == std::string_view("yyyy-MM-ddTHH:mm").size();
  if (!at.empty() && !parse_timestamp(minute_alone ? at + ":00Z" : at)) {
    return wrong_value("--at", "yyyy-MM-ddTHH:mm or a whole timestamp, such as 2020-12-31T23:00",
                       at);
  }
  if (token.from_stdin() + secret.from_stdin() + default_secret.from_stdin() > 1) {
    return Error{ErrorCode::usage, "only one of the token and the secrets can come from stdin"};
  }
  IdentifyRequest request;
  request.made_at = at;
  Result<Secret> own = secret.read();
  if (!own) return own.error();
  request.secret = std::move(*own);
  if (default_secret.given()) {
    Result<Secret> other = default_secret.read();
    if (!other) return other.error();
    request.default_secret = std::move(*other);
  }
  return request;
}

ordered_json to_json(const TokenFinding& finding) {
  const bool usable = finding.certainty != Certainty::key_only;
  const bool has_iv = finding.settings.algorithm == TokenAlgorithm::aes_cbc;
  const bool has_key = finding.settings.algorithm != TokenAlgorithm::plain;
  ordered_json object{{"certainty", certainty_word(finding.certainty)},
                      {"secret", finding.by_default_secret ? "default" : "given"},
                      {"algorithm", word_of(finding.settings.algorithm)}};
  if (!has_key) object.erase("secret");
  if (has_iv && usable) object["iv"] = iv_words()[static_cast<std::size_t>(finding.settings.iv)];
  if (has_key) object["key"] = key_words()[static_cast<std::size_t>(finding.settings.key)];
  object["plaintext"] = finding.plaintext;
  object["reason"] = finding.reason;
  object["settings"] = usable ? json_from(to_json_text(finding.settings)) : nullptr;
  return object;
}

std::string describe(const TokenFinding& finding) {
  constexpr std::string_view kNames[] = {"AES-CBC (01)", "AES-ECB (02)", "base64 alone (03)"};
  const TokenSettings& settings = finding.settings;
  std::string text(kNames[static_cast<std::size_t>(settings.algorithm)]);
  if (settings.algorithm != TokenAlgorithm::plain) {
    text += fmt::format(", {} as key: {}",
                        finding.by_default_secret ? "the default secret" : "the secret",
                        key_words()[static_cast<std::size_t>(settings.key)]);
  }
  if (settings.algorithm == TokenAlgorithm::aes_cbc) {
    text += fmt::format(", IV: {}", finding.certainty == Certainty::key_only
                                        ? "unknown"
                                        : iv_words()[static_cast<std::size_t>(settings.iv)]);
  }
  return text;
}

void tell(Console& console, const TokenIdentification& result) {
  for (const TokenFinding& finding : result.findings) {
    const std::string_view how = finding.certainty == Certainty::key_only
                                     ? "partly known"
                                     : certainty_word(finding.certainty);
    console.message(fmt::format("{}: {}", how, describe(finding)));
    console.message(fmt::format("  because {}", finding.reason));
    console.message(fmt::format("  it says {}", printable(finding.plaintext)));
  }
  for (const std::string& note : result.notes) console.message("note: " + note);
}

int Identify::run(Console& console) const {
  const Result<IdentifyRequest> asked = request();
  if (!asked) return console.fail(asked.error());
  const Result<std::string> text = token.read();
  if (!text) return console.fail(text.error());
  const auto result = identify_token(*text, *asked);
  if (!result) return fail_token(console, result.error());
  if (!secret.given() && result->algorithm != TokenAlgorithm::plain) {
    return fail_usage(console, std::string(kNoSecret));
  }
  const bool found = !result->findings.empty();
  ordered_json findings = ordered_json::array();
  for (const TokenFinding& finding : result->findings) findings.push_back(to_json(finding));
  console.object({{"type", "identification"},
                  {"certainty", found ? findings.front()["certainty"] : ordered_json("none")},
                  {"settings", found ? findings.front()["settings"] : ordered_json()},
                  {"findings", findings},
                  {"notes", result->notes}});
  if (!found) {
    return console.fail({ErrorCode::bad_input,
                         "no settings read this token with this secret: it was made with another "
                         "secret or in an unknown way, or it was changed on the way"});
  }
  tell(console, *result);
  const TokenFinding& best = result->findings.front();
  if (best.certainty == Certainty::key_only) {
    console.message("no setting can be given yet: say when the token was made, with --at");
    return exit_code::kNotAsExpected;
  }
  const std::string setting = to_json_text(best.settings);
  console.message(setting == "{}" ? "these are the defaults; simulator.token needs no member:"
                                  : "put this under simulator.token in the tenants file:");
  console.line(setting);
  return exit_code::kFine;
}

template <class Kind>
void add(Command& token, Context& context, const std::string& name, const std::string& what) {
  auto state = std::make_shared<Kind>();
  Command command = token.add_subcommand(name, what);
  state->add_to(command);
  add_common_flags(command, context);
  command.callback([&context, state] {
    context.run = [&context, state] { return state->run(context.console); };
  });
}

}  // namespace

void add_token_command(Command& app, Context& context) {
  Command token = app.add_subcommand("token", "Make, read and identify tokens");
  token.require_subcommand();
  add_common_flags(token, context);
  token.footer("Help for one of them:  roomle-sim token encrypt --help");
  add<Encrypt>(token, context, "encrypt", "Make a token");
  add<Decrypt>(token, context, "decrypt", "Read a token");
  add<Identify>(token, context, "identify", "Find the settings that made a real token");
}

}  // namespace roomle_sim
