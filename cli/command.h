// A command of the command line, and its flags, as the commands describe themselves. CLI11 stands
// behind it: its header takes longer to compile than any of them, and only few files read it.
//
// Command and Flag refer to what the parser holds, and are copied freely; neither outlives it. What
// is set by a flag (`value`) lives at least as long. Threads: one. Errors of the user's come from
// the parser (cli/parser.h); a name that is given twice is a bug, and throws.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace roomle_sim {

// Says what is wrong with a value, behind "FLAG: "; an empty text where nothing is.
using ValueCheck = std::function<std::string(const std::string&)>;

class Flag {
 public:
  explicit Flag(CLI::Option& option) : option_(&option) {}

  Flag& type_name(const std::string& name);  // of its value, as the help shows it
  Flag& check(ValueCheck check);             // several: all of them
  // Other values are refused, with a "did you mean".
  Flag& one_of(const std::vector<std::string_view>& words);
  // What the shell offers as a value, or as its beginning; others are as good.
  Flag& suggest(const std::vector<std::string_view>& words);
  Flag& required();
  Flag& excludes(const Flag& other);
  Flag& excludes(const std::string& name);
  Flag& needs(const Flag& other);
  Flag& envname(const std::string& variable);  // gives the value where the flag is absent
  Flag& default_str(const std::string& text);  // in the help alone
  Flag& one_value_each();                      // a list takes one value behind each flag

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  // `names` are CLI11's: "--jobs,-j", or "PATH" for what stands without a flag.
  Flag add_option(const std::string& names, std::string& value, const std::string& help);
  Flag add_option(const std::string& names, std::optional<std::string>& value,
                  const std::string& help);
  Flag add_option(const std::string& names, std::vector<std::string>& values,
                  const std::string& help);
  Flag add_option_function(const std::string& names, std::function<void(const std::string&)> take,
                           const std::string& help);
  Flag add_flag(const std::string& names, bool& value, const std::string& help);

  Command add_subcommand(const std::string& name, const std::string& help);
  void require_subcommand();  // one of them has to follow
  void footer(const std::string& text);
  // Called once the whole line is understood and this was the command.
  void callback(std::function<void()> chosen);

  [[nodiscard]] CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
};

// Of one_of() and suggest().
std::vector<std::string> suggestions(CLI::Option& option);

}  // namespace roomle_sim
