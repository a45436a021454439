// roomle-sim mails list | show: the Roomle emails that a running `serve` has sent.
#include <algorithm>

#include <fmt/format.h>

#include "cli/client.h"
#include "cli/client_command.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/paging.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

struct MailListFlags {
  ClientOptions client;
  PagingFlags paging;
  std::string delivery;

  void add_to(Command& command) {
    command.add_option("--delivery", delivery, "Of this delivery").type_name("ID");
    paging.add_to(command);
    client.add_to(command);
  }
};

// A line of the table. `to` and `subject` are missing where the file is no mail.
struct MailRow {
  std::string id;
  std::string at;
  std::string to;
  std::string subject;
};

std::optional<MailRow> mail_row(const ordered_json& object) {
  AnswerReader mail(object);
  MailRow row{printable(mail.text("id")), printable(mail.text("at")), {}, {}};
  if (mail.has("to")) {
    for (const ordered_json& one : mail.array("to")) {
      if (!one.is_string()) return std::nullopt;
      row.to += (row.to.empty() ? "" : ", ") + printable(one.get<std::string>());
    }
  }
  row.subject = printable(mail.text_or("subject"));
  return mail.ok() ? std::optional(row) : std::nullopt;
}

void show_table(Console& console, const std::vector<MailRow>& rows, bool heading) {
  std::size_t id = 4;
  std::size_t at = 2;
  std::size_t to = 2;
  for (const MailRow& row : rows) {
    id = std::max(id, row.id.size());
    at = std::max(at, row.at.size());
    to = std::max(to, row.to.size());
  }
  const auto line = [&](const MailRow& row) {
    return fmt::format("{:<{}}  {:<{}}  {:<{}}  {}", row.id, id, row.at, at, row.to, to,
                       row.subject);
  };
  if (heading) {
    console.line(console.styled(line({"MAIL", "AT", "TO", "SUBJECT"}), Console::Style::dim));
  }
  for (const MailRow& row : rows) console.line(line(row));
}

bool show_mail_page(Console& console, const ordered_json& page, bool first) {
  AnswerReader reader(page);
  const ordered_json& mails = reader.array("mails");
  std::vector<MailRow> rows;
  for (const ordered_json& one : mails) {
    std::optional<MailRow> row = mail_row(one);
    if (!row) return false;
    rows.push_back(std::move(*row));
  }
  if (!reader.ok()) return false;
  if (rows.empty() && first) console.message("no such mail");
  if (!rows.empty()) show_table(console, rows, first);
  for (const ordered_json& one : mails) console.object(typed_object("mail", one));
  return true;
}

int list_mails(Console& console, const MailListFlags& flags) {
  return flags.paging.show(
      console, flags.client, "/sim/v1/mails", {{"delivery", flags.delivery}},
      [&](const ordered_json& page, bool first) { return show_mail_page(console, page, first); });
}

struct MailShowFlags {
  ClientOptions client;
  std::string id;
  bool raw = false;
  bool html = false;
  bool text = false;

  void add_to(Command& command);
};

void MailShowFlags::add_to(Command& command) {
  command.add_option("ID", id, "The mail's id, or its delivery's").type_name("").required();
  Flag as_raw = command.add_flag("--raw", raw, "The whole message (RFC 5322), byte for byte");
  Flag as_html = command.add_flag("--html", html, "The HTML part alone").excludes(as_raw);
  command.add_flag("--text", text, "The text part alone").excludes(as_raw).excludes(as_html);
  client.add_to(command);
}

// A mail is called by its delivery.
std::string target_of(const std::string& id) {
  return "/sim/v1/mails/" + percent_encoded(id.ends_with(".eml") ? id : id + ".eml");
}

int show_bytes(Console& console, const MailShowFlags& flags, const std::string& part) {
  const auto bytes = call_for_bytes(console, flags.client, target_of(flags.id) + part);
  if (!bytes) return bytes.error().exit_code;
  console.bytes(*bytes);
  return exit_code::kFine;
}

// A long header is folded into lines that begin with a tab or a blank (RFC 5322, 2.2.3).
std::string unfolded(std::string value) {
  std::replace(value.begin(), value.end(), '\t', ' ');
  return printable(value);
}

// The text's lines: a mail's words come from a customer, and must not move the cursor.
void show_text(Console& console, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    console.line(printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

int show(Console& console, const MailShowFlags& flags) {
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
                             unfolded(value.get<std::string>())));
  }
  console.line("");
  show_text(console, text);
  console.object(typed_object("mail", *answer));
  return exit_code::kFine;
}

}  // namespace

void add_mails_command(Command& app, Context& context) {
  Command group =
      app.add_subcommand("mails", "The Roomle emails of a running `serve`: list them, show one");
  group.require_subcommand();
  add_common_flags(group, context);
  group.footer(kServeFirst);
  add_client_command<MailListFlags>(group, context, "list", "The newest mails", list_mails, "");
  add_client_command<MailShowFlags>(
      group, context, "show", "One mail, whole or a part of it", show,
      "Exit: 4 there is no such mail\n\n"
      "Example:  roomle-sim mails show d-01m857aaaxxb6pc9nh3z --raw > "
      "mail.eml");
}

}  // namespace roomle_sim
