// roomle-sim deliveries list | show | resend: what a running `serve` has done.
#include <fmt/format.h>

#include "cli/client.h"
#include "cli/client_command.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/delivery_filter.h"
#include "cli/delivery_table.h"
#include "cli/paging.h"
#include "cli/resend.h"
#include "cli/show_delivery.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

struct DeliveryListFlags {
  ClientOptions client;
  DeliveryFilterFlags filter;
  PagingFlags paging;

  void add_to(Command& command) {
    filter.add_to(command);
    paging.add_to(command);
    client.add_to(command);
  }
};

bool show_delivery_page(Console& console, const ordered_json& page, bool first) {
  AnswerReader reader(page);
  const ordered_json& deliveries = reader.array("deliveries");
  if (!reader.ok()) return false;
  std::vector<DeliveryRow> rows;
  for (const ordered_json& one : deliveries) {
    std::optional<DeliveryRow> row = delivery_row(one);
    if (!row) return false;
    rows.push_back(std::move(*row));
  }
  for (const ordered_json& one : deliveries) console.object(typed_object("delivery", one));
  if (rows.empty()) {
    if (first) console.message("no such delivery");
    return true;
  }
  const std::vector<std::string> lines = delivery_table(rows, console);
  for (std::size_t i = first ? 0 : 1; i < lines.size(); ++i) console.line(lines[i]);
  return true;
}

int list_deliveries(Console& console, const DeliveryListFlags& flags) {
  PagingFlags::Query query;
  for (const auto& parameter : flags.filter.parameters(SystemClock().now())) {
    query.emplace_back(parameter.name, parameter.value);
  }
  return flags.paging.show(console, flags.client, "/sim/v1/deliveries", query,
                           [&](const ordered_json& page, bool first) {
                             return show_delivery_page(console, page, first);
                           });
}

}  // namespace

void add_deliveries_command(Command& app, Context& context) {
  Command group = app.add_subcommand(
      "deliveries", "Deliveries of a running `serve`: list them, show one, send again");
  group.require_subcommand();
  add_common_flags(group, context);
  group.footer(kServeFirst);
  add_client_command<DeliveryListFlags>(
      group, context, "list", "The newest deliveries, or those that match", list_deliveries,
      "Example:  roomle-sim deliveries list --outcome mail_failed --since 3d");
  add_client_command<ShowFlags>(group, context, "show", "One delivery, whole", show_delivery,
                                "Exit: 4 there is no such delivery");
  add_client_command<ResendFlags>(
      group, context, "resend", "Send one delivery again, or all that match", resend,
      "Each becomes a new delivery; one that waits for its retry has it now instead.\n"
      "Exit: 4 there is no such delivery, or one could not be sent again\n\n"
      "Examples:\n"
      "  roomle-sim deliveries resend d-01m857aaaxxb6pc9nh3z\n"
      "  roomle-sim deliveries resend --outcome mail_failed --since 1d --dry-run");
}

}  // namespace roomle_sim
