// roomle-sim mails list | show: the Roomle emails that a running `serve` has sent.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/client.h"
#include "cli/client_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/paging.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

struct ListFlags {
  ClientOptions client;
  PagingFlags paging;
  std::string delivery;

  void add_to(CLI::App& command) {
    command.add_option("--delivery", delivery, "Of this delivery")->type_name("ID");
    paging.add_to(command);
    client.add_to(command);
  }
};

bool show_page(Console& console, const ordered_json& page, bool first) {
  AnswerReader reader(page);
  const ordered_json& mails = reader.array("mails");
  std::vector<std::string> lines;
  for (const ordered_json& one : mails) {
    AnswerReader mail(one);
    lines.push_back(fmt::format("{}  {}  {:>7} bytes", printable(mail.text("id")),
                                printable(mail.text("at")), mail.number("bytes")));
    if (!mail.ok()) return false;
  }
  if (!reader.ok()) return false;
  if (lines.empty() && first) console.message("no such mail");
  for (const std::string& line : lines) console.line(line);
  for (const ordered_json& one : mails) console.object(typed_object("mail", one));
  return true;
}

int list(Console& console, const ListFlags& flags) {
  return flags.paging.show(
      console, flags.client, "/sim/v1/mails", {{"delivery", flags.delivery}},
      [&](const ordered_json& page, bool first) { return show_page(console, page, first); });
}

struct ShowFlags {
  ClientOptions client;
  std::string id;
  bool raw = false;
  bool html = false;
  bool text = false;

  void add_to(CLI::App& command);
};

void ShowFlags::add_to(CLI::App& command) {
  command.add_option("ID", id, "The mail's id, or its delivery's")->type_name("")->required();
  CLI::Option* as_raw =
      command.add_flag("--raw", raw, "The whole message (RFC 5322), byte for byte");
  CLI::Option* as_html = command.add_flag("--html", html, "The HTML part alone")->excludes(as_raw);
  command.add_flag("--text", text, "The text part alone")->excludes(as_raw)->excludes(as_html);
  client.add_to(command);
}

// A mail is called by its delivery.
std::string target_of(const std::string& id) {
  return "/sim/v1/mails/" + percent_encoded(id.ends_with(".eml") ? id : id + ".eml");
}

int show_bytes(Console& console, const ShowFlags& flags, const std::string& part) {
  const auto bytes = call_for_bytes(console, flags.client, target_of(flags.id) + part);
  if (!bytes) return bytes.error().exit_code;
  console.bytes(*bytes);
  return exit_code::kFine;
}

// The text's lines: a mail's words come from a customer, and must not move the cursor.
void show_text(Console& console, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    console.line(printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

int show(Console& console, const ShowFlags& flags) {
  if (flags.raw) return show_bytes(console, flags, "/raw");
  if (flags.html) return show_bytes(console, flags, "/html");
  const auto answer = call(console, flags.client, "GET", target_of(flags.id));
  if (!answer) return answer.error().exit_code;
  AnswerReader mail(*answer);
  const std::string text = mail.text("text");
  const ordered_json* headers = mail.object_or_null("headers");
  if (!mail.ok() || headers == nullptr) return console.fail(foreign_answer(flags.client.url()));
  if (flags.text) {
    console.bytes(text);
    return exit_code::kFine;
  }
  for (const auto& [name, value] : headers->items()) {
    if (!value.is_string()) return console.fail(foreign_answer(flags.client.url()));
  }
  for (const auto& [name, value] : headers->items()) {
    console.line(fmt::format("{}: {}", console.styled(printable(name), Console::Style::dim),
                             printable(value.get<std::string>())));
  }
  console.line("");
  show_text(console, text);
  console.object(typed_object("mail", *answer));
  return exit_code::kFine;
}

}  // namespace

void add_mails_command(CLI::App& app, Context& context) {
  CLI::App* group =
      app.add_subcommand("mails", "The Roomle emails of a running `serve`: list them, show one");
  group->require_subcommand(1);
  add_common_flags(*group, context);
  add_client_command<ListFlags>(*group, context, "list", "The newest mails", list, "");
  add_client_command<ShowFlags>(*group, context, "show", "One mail, whole or a part of it", show,
                                "Exit: 4 there is no such mail\n\n"
                                "Example:  roomle-sim mails show d-01m857aaaxxb6pc9nh3z --raw > "
                                "mail.eml");
}

}  // namespace roomle_sim
