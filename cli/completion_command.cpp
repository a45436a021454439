// `roomle-sim completion`: a script for the shell, made from the parser itself, so that the two
// cannot part.
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"

namespace roomle_sim {
namespace {

std::vector<CLI::App*> commands_of(CLI::App& app) {
  return app.get_subcommands([](CLI::App*) { return true; });
}

// As they are written: "--json", "-H".
std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

std::vector<std::string> words_of(CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : commands_of(app)) words.push_back(command->get_name());
  for (CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      for (std::string& word : suggestions(*option)) words.push_back(std::move(word));
    }
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

// `add` for the command and for all below it, with what they are called: "", "send", "token
// encrypt".
void each_command(CLI::App& app, const std::string& path,
                  const std::function<void(CLI::App&, const std::string&)>& add) {
  add(app, path);
  for (CLI::App* command : commands_of(app)) {
    each_command(*command, path.empty() ? command->get_name() : path + " " + command->get_name(),
                 add);
  }
}

// What follows a flag that has a value: its words, or nothing, where files are offered.
std::string value_cases(CLI::App& app) {
  std::string cases;
  each_command(app, "", [&](CLI::App& command, const std::string& path) {
    for (CLI::Option* option : command.get_options()) {
      if (option->get_positional() || option->get_items_expected_max() == 0) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : names_of(*option)) {
        patterns.push_back(fmt::format("'{}:{}'", path, name));
      }
      cases += fmt::format("    {}) offer='{}' ;;\n", fmt::join(patterns, "|"),
                           fmt::join(suggestions(*option), " "));
    }
  });
  return cases;
}

std::string word_cases(CLI::App& app) {
  std::string cases;
  each_command(app, "", [&](CLI::App& command, const std::string& path) {
    cases += fmt::format("    '{}:'*) offer='{}' ;;\n", path, fmt::join(words_of(command), " "));
  });
  return cases;
}

// Of commands that have commands: what stands before one of them.
std::string group_patterns(CLI::App& app) {
  std::vector<std::string> groups;
  for (CLI::App* command : commands_of(app)) {
    if (!commands_of(*command).empty()) groups.push_back(command->get_name() + "/*");
  }
  return fmt::format("{}", fmt::join(groups, "|"));
}

// Understood by bash and, by way of bashcompinit, by zsh, where `path` and `words` are taken.
std::string bash_script(CLI::App& app) {
  std::string script = R"_(_roomle_sim() {
  local word="${COMP_WORDS[COMP_CWORD]}" flag="${COMP_WORDS[COMP_CWORD-1]}" command='' offer='' i
  COMPREPLY=()
  # Bash takes '=' and ':' for words of their own: --time=skip, --report junit=FILE.
  case "$word:$flag" in
    [=:]:-*) word='' ;;
    [=:]:*) return ;;
    *:[=:])
      flag="${COMP_WORDS[COMP_CWORD-2]}"
      case "$flag" in -*) ;; *) return ;; esac
      ;;
  esac
)_";
  // Behind '--' stands another program's command line. Only flags without a value can stand before
  // a command.
  script += fmt::format(R"_(  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in --) return ;; esac
  done
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command/${{COMP_WORDS[i]}}" in
      */-*) ;;
      /*) command="${{COMP_WORDS[i]}}" ;;
      {}) command="$command ${{COMP_WORDS[i]}}" ;;
      *) break ;;
    esac
  done
)_",
                        group_patterns(app));
  script += "  case \"$command:$flag\" in\n" + value_cases(app) + word_cases(app) + "  esac\n";
  script += R"_(  for i in $offer; do
    # Flags where one is begun, so that files are offered where there is nothing else.
    case "$i" in "$word"*) case "$word:$i" in :-*) ;; *) COMPREPLY+=("$i") ;; esac ;; esac
  done
  # What goes on behind its '=' or ':' is not at its end.
  case "${COMPREPLY[*]}" in *[=:]) compopt -o nospace 2>/dev/null ;; esac
  return 0
}
complete -o default -F _roomle_sim roomle-sim
)_";
  return script;
}

}  // namespace

void add_completion_command(Command& app, Context& context) {
  Command command = app.add_subcommand("completion", "Print a completion script for bash or zsh");
  const auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash or zsh").required().one_of({"bash", "zsh"});
  command.footer("Example:  eval \"$(roomle-sim completion bash)\"");
  command.callback([app, &context, shell] {
    context.run = [app, &context, shell] {
      if (*shell == "zsh") context.console.data("autoload -U +X bashcompinit && bashcompinit");
      context.console.data(bash_script(app.app()));
      return exit_code::kFine;
    };
  });
}

}  // namespace roomle_sim
