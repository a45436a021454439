#include "cli/delivery_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/client.h"

namespace roomle_sim {
namespace {

using Style = Console::Style;

std::string story_of(AnswerReader& reader) {
  const std::int64_t attempts = reader.number("attempts");
  std::string story = plural(attempts, "attempt");
  const std::string reason = reader.text_or("lastReason");
  const std::int64_t status = reader.number_or("lastStatus");
  if (reason == "status" || (reason.empty() && status != 0)) {
    story += fmt::format(", status {}", status);
  } else if (!reason.empty()) {
    story += ", " + printable(reason);
  }
  const std::int64_t ambiguous = reader.number_or("ambiguousAttempts");
  if (ambiguous > 0)
    story += attempts > 1 ? fmt::format(", {} ambiguous", ambiguous) : ", ambiguous";
  return story;
}

Style style_of(const std::string& outcome) {
  if (outcome.empty()) return Style::dim;
  return outcome == "delivered" ? Style::good : Style::bad;
}

}  // namespace

std::optional<DeliveryRow> delivery_row(const nlohmann::ordered_json& object) {
  AnswerReader reader(object);
  DeliveryRow row;
  row.id = printable(reader.text("id"));
  row.tenant = fmt::format("{}", reader.number("tenant"));
  row.event = printable(reader.text("event"));
  row.accepted_at = printable(reader.text("acceptedAt"));
  row.outcome = printable(reader.text_or("outcome"));
  row.story = story_of(reader);
  return reader.ok() ? std::optional(row) : std::nullopt;
}

std::vector<std::string> delivery_table(const std::vector<DeliveryRow>& rows,
                                        const Console& console) {
  std::size_t id = 8;
  std::size_t tenant = 6;
  std::size_t event = 5;
  std::size_t accepted = 8;
  for (const DeliveryRow& row : rows) {
    id = std::max(id, row.id.size());
    tenant = std::max(tenant, row.tenant.size());
    event = std::max(event, row.event.size());
    accepted = std::max(accepted, row.accepted_at.size());
  }
  constexpr std::string_view kForm = "{:<{}}  {:<{}}  {:>{}}  {:<{}}  ";
  constexpr std::size_t kOutcome = 11;  // of "mail_failed"
  std::vector<std::string> lines{console.styled(
      fmt::format(kForm, "DELIVERY", id, "ACCEPTED", accepted, "TENANT", tenant, "EVENT", event) +
          fmt::format("{:<{}}  {}", "OUTCOME", kOutcome, "LAST"),
      Style::dim)};
  for (const DeliveryRow& row : rows) {
    const std::string outcome = row.outcome.empty() ? "open" : row.outcome;
    lines.push_back(
        fmt::format(kForm, row.id, id, row.accepted_at, accepted, row.tenant, tenant, row.event,
                    event) +
        console.styled(fmt::format("{:<{}}", outcome, kOutcome), style_of(row.outcome)) + "  " +
        row.story);
  }
  return lines;
}

}  // namespace roomle_sim
