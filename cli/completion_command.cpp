// `roomle-sim completion`: a script for the shell, made from the parser itself, so that the two
// cannot part.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> words_of(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : commands_of(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

// One `case` line a command: "send)", "token encrypt)".
void add_cases(const CLI::App& app, const std::string& path, std::string& script) {
  std::string words = fmt::format("{}", fmt::join(words_of(app), " "));
  if (path == "send" || path == "events") {
    words += fmt::format(" {}", fmt::join(event_names(), " "));
  }
  script += fmt::format("    '{}') words='{}' ;;\n", path, words);
  for (const CLI::App* command : commands_of(app)) {
    add_cases(*command, path.empty() ? command->get_name() : path + " " + command->get_name(),
              script);
  }
}

std::string bash_script(const CLI::App& app) {
  std::string groups;
  for (const CLI::App* command : commands_of(app)) {
    if (!commands_of(*command).empty()) {
      groups += (groups.empty() ? "" : "|") + command->get_name() + "/*";
    }
  }
  std::string script =
      "_roomle_sim() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" path='' words i\n"
      // Only flags without a value can stand before a command.
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path/${COMP_WORDS[i]}\" in\n"
      "      */-*) ;;\n"
      "      /*) path=\"${COMP_WORDS[i]}\" ;;\n" +
      fmt::format("      {}) path=\"$path ${{COMP_WORDS[i]}}\" ;;\n", groups) +
      "      *) break ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n";
  add_cases(app, "", script);
  script +=
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}\n"
      "complete -o default -F _roomle_sim roomle-sim\n";
  return script;
}

}  // namespace

void add_completion_command(Command& app, Context& context) {
  Command command = app.add_subcommand("completion", "Print a completion script for bash or zsh");
  const auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash or zsh").required().check(one_of({"bash", "zsh"}));
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
