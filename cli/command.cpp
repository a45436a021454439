#include "cli/command.h"

#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/flag_value.h"

namespace roomle_sim {
namespace {

// What an option suggests is the name of a check that finds nothing: CLI11 has no other place.
constexpr std::string_view kSuggests = "suggests ";

}  // namespace

Flag& Flag::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

// Without a text in the flag's type, which would make the help unreadable.
Flag& Flag::check(ValueCheck check) {
  option_->check(CLI::Validator(std::move(check), ""));
  return *this;
}

Flag& Flag::one_of(const std::vector<std::string_view>& words) {
  return check(is_one_of(words)).suggest(words);
}

Flag& Flag::suggest(const std::vector<std::string_view>& words) {
  option_->check(CLI::Validator([](std::string&) { return std::string(); }, "",
                                fmt::format("{}{}", kSuggests, fmt::join(words, " "))));
  return *this;
}

Flag& Flag::required() {
  option_->required();
  return *this;
}

Flag& Flag::excludes(const Flag& other) {
  option_->excludes(other.option_);
  return *this;
}

Flag& Flag::excludes(const std::string& name) {
  option_->excludes(name);
  return *this;
}

Flag& Flag::needs(const Flag& other) {
  option_->needs(other.option_);
  return *this;
}

Flag& Flag::envname(const std::string& variable) {
  option_->envname(variable);
  return *this;
}

Flag& Flag::default_str(const std::string& text) {
  option_->default_str(text);
  return *this;
}

Flag& Flag::one_value_each() {
  option_->allow_extra_args(false);
  return *this;
}

Flag Command::add_option(const std::string& names, std::string& value, const std::string& help) {
  return Flag(*app_->add_option(names, value, help));
}

Flag Command::add_option(const std::string& names, std::optional<std::string>& value,
                         const std::string& help) {
  return Flag(*app_->add_option(names, value, help));
}

Flag Command::add_option(const std::string& names, std::vector<std::string>& values,
                         const std::string& help) {
  return Flag(*app_->add_option(names, values, help));
}

Flag Command::add_option_function(const std::string& names,
                                  std::function<void(const std::string&)> take,
                                  const std::string& help) {
  return Flag(*app_->add_option_function<std::string>(names, take, help));
}

Flag Command::add_flag(const std::string& names, bool& value, const std::string& help) {
  return Flag(*app_->add_flag(names, value, help));
}

Command Command::add_subcommand(const std::string& name, const std::string& help) {
  return Command(*app_->add_subcommand(name, help));
}

void Command::require_subcommand() {
  app_->require_subcommand(1);
}

void Command::footer(const std::string& text) {
  app_->footer(text);
}

void Command::callback(std::function<void()> chosen) {
  app_->callback(std::move(chosen));
}

std::vector<std::string> suggestions(CLI::Option& option) {
  try {
    for (int i = 0;; ++i) {
      const std::string& name = option.get_validator(i)->get_name();
      if (name.starts_with(kSuggests))
        return CLI::detail::split(name.substr(kSuggests.size()), ' ');
    }
  } catch (const CLI::OptionNotFound&) {
    return {};  // there are no more
  }
}

}  // namespace roomle_sim
