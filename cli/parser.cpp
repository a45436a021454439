#include "cli/parser.h"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"

namespace roomle_sim {
namespace {

// What messages call the value of an option: "URL", or "a value" where its type says nothing.
std::string shown_type(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.empty() || type == "TEXT" ? "a value" : type;
}

// For every flag of the command and of its subcommands: one with a value refuses an empty one,
// which is mostly a variable that is not set (all but those whose own reader says what it thinks of
// it); one without refuses `--flag=value`.
void tighten_flags(CLI::App& app) {
  constexpr std::string_view kOwnReaders[] = {"--plaintext", "--session",        "--set",
                                              "--secret",    "--default-secret", "--header"};
  for (CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    const std::string name = option->get_name();
    if (option->get_items_expected_max() == 0) {
      option->disable_flag_override();
      continue;
    }
    if (std::find(std::begin(kOwnReaders), std::end(kOwnReaders), name) != std::end(kOwnReaders)) {
      continue;
    }
    Flag(*option).check(
        expects(shown_type(*option), [](const std::string& text) { return !text.empty(); }));
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    tighten_flags(*command);
  }
}

// The subcommand that the user was in when the mistake came.
const CLI::App& innermost(const CLI::App& app) {
  for (const CLI::App* chosen : app.get_subcommands()) return innermost(*chosen);
  return app;
}

// "roomle-sim token encrypt": what the user types before --help.
std::string full_name(const CLI::App& at) {
  if (at.get_parent() == nullptr) return at.get_name();
  return fmt::format("{} {}", full_name(*at.get_parent()), at.get_name());
}

// What is shown of a word that nothing took: the value behind a flag's '=' may be a secret.
std::string without_value(const std::string& word) {
  return word.starts_with('-') ? word.substr(0, word.find('=')) : word;
}

bool is_planned(std::string_view word) {
  return word == "check" || word == "model";
}

// What might have been meant by a word that nothing took.
std::string suggestion(const CLI::App& at, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : at.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  for (const CLI::Option* option : at.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  return did_you_mean(word, {known.begin(), known.end()});
}

// An option of the command, or of those that it belongs to.
const CLI::Option* find_option(const CLI::App* at, const std::string& name) {
  for (; at != nullptr; at = at->get_parent()) {
    if (const CLI::Option* option = at->get_option_no_throw(name)) return option;
  }
  return nullptr;
}

std::string unknown_word(const CLI::App& at, const std::string& word) {
  if (at.get_parent() == nullptr && is_planned(word)) {
    return fmt::format("'{}' is planned, and not there yet", word);
  }
  if (word.starts_with('-') && at.get_option_no_throw(word) != nullptr) {
    return fmt::format("'{}' belongs behind '{}'", word, at.get_name());
  }
  return fmt::format("'{}' is not known here{}", word, suggestion(at, word));
}

// What CLI11 would say in words of its own.
std::string explain(const CLI::App& at, const CLI::ParseError& error) {
  const std::string message = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    std::vector<std::string> commands;
    for (const CLI::App* one : at.get_subcommands([](const CLI::App*) { return true; })) {
      commands.push_back(one->get_name());
    }
    if (commands.empty()) return message;
    return fmt::format("a command is missing: one of {}", fmt::join(commands, ", "));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return message;
  std::string name = message.substr(0, message.find_first_of(": "));
  // Of a flag with a value that it does not take, the name comes without its dashes.
  if (!name.starts_with('-')) name.insert(0, name.size() == 1 ? "-" : "--");
  const CLI::Option* option = find_option(&at, name);
  if (option == nullptr) return message;
  if (option->get_items_expected_max() == 0) return fmt::format("{}: takes no value", name);
  if (option->count() > 1)
    return fmt::format("{}: given {} times, not once", name, option->count());
  return fmt::format("{}: expected {}, got nothing", name, shown_type(*option));
}

void build_parser(CLI::App& app, Context& context) {
  Command whole(app);
  app.description("Plays Roomle's side of the tenant webhook on your own machine.");
  app.name("roomle-sim");
  app.set_version_flag("--version", "roomle-sim " ROOMLE_SIM_VERSION);
  app.footer(
      "Start with:  roomle-sim endpoint        and, in another terminal,\n"
      "             roomle-sim send email.savedConfiguration --to http://127.0.0.1:PORT/\n"
      "Help for one command:  roomle-sim COMMAND --help");
  app.require_subcommand(0, 1);
  add_common_flags(whole, context);
  add_send_command(whole, context);
  add_run_command(whole, context);
  add_endpoint_command(whole, context);
  add_token_command(whole, context);
  add_tenants_command(whole, context);
  add_events_command(whole, context);
  add_serve_command(whole, context);
  add_deliveries_command(whole, context);
  add_mails_command(whole, context);
  add_tail_command(whole, context);
  add_completion_command(whole, context);
  tighten_flags(app);
}

// Gives the exit code.
int report_parse_error(const CLI::App& app, const CLI::ParseError& error, Console& console) {
  const CLI::App& at = innermost(app);
  if (error.get_exit_code() == 0) {
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    console.data(version ? std::string(error.what()) : app.help());
    return exit_code::kFine;
  }
  std::string message = explain(at, error);
  const std::vector<std::string> left = app.remaining(true);
  if (!left.empty() && left.front() != "--") {
    message = unknown_word(at, without_value(left.front()));
  }
  console.error(message);
  console.error(fmt::format("try '{} --help'", full_name(at)));
  return exit_code::kUsage;
}

}  // namespace

void add_common_flags(Command& command, Context& context) {
  command.add_flag("--json", context.console.json, "One JSON object a line on stdout");
  command.add_flag("-q,--quiet", context.console.quiet, "No messages on stderr but errors");
  command.add_flag("--no-color", context.console.no_color, "No colour, also on a terminal");
}

Parser::Parser(Context& context) : context_(context), app_(std::make_unique<CLI::App>()) {
  build_parser(*app_, context_);
}

Parser::~Parser() = default;

std::optional<int> Parser::parse(std::vector<std::string> arguments) {
  try {
    take_child_command(arguments, context_);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes a list
    app_->parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return report_parse_error(*app_, error, context_.console);
  }
  return std::nullopt;
}

std::string Parser::help() const {
  return app_->help();
}

std::string Parser::try_help() const {
  return fmt::format("try '{} --help'", full_name(innermost(*app_)));
}

}  // namespace roomle_sim
