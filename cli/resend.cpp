#include "cli/resend.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "sender/dispatcher.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// Each of them is a write to the disk of its own: so many are done well before the answer is late.
constexpr std::uint64_t kAtOnce = 200;

// Unique over all runs, as delivery ids are.
std::string new_key() {
  return "roomle-sim-" + new_delivery_id(SystemClock().now());
}

Result<ordered_json, CallFailed> post_once(Console& console, const ClientOptions& client,
                                           const std::string& target, const std::string& body) {
  return call_again(console, client, "POST", target, body, {{"Idempotency-Key", new_key()}});
}

int resend_one(Console& console, const ResendFlags& flags) {
  const std::string target = fmt::format("/sim/v1/deliveries/{}/resend", percent_encoded(flags.id));
  const auto answer = post_once(console, flags.client, target, {});
  if (!answer) return answer.error().exit_code;
  AnswerReader reader(*answer);
  const std::string delivery = printable(reader.text("delivery"));
  const bool retried = reader.text("resent") == "retry_now";
  if (!reader.ok()) return console.fail(foreign_answer(flags.client.url()));
  console.line(
      retried
          ? fmt::format("{}: its next attempt begins now, to the webhook that it was taken with",
                        delivery)
          : fmt::format("{} was sent again as {}", printable(flags.id), delivery));
  console.object(typed_object("resent", *answer));
  return exit_code::kFine;
}

struct Totals {
  std::uint64_t resent = 0;
  std::uint64_t refused = 0;
};

// What one page says; nothing where it is none of ours.
struct Page {
  std::string next;
  std::string stopped;
  std::uint64_t matched = 0;
};
std::optional<Page> show_page(Console& console, const ordered_json& answer, Totals& totals) {
  AnswerReader reader(answer);
  Page page{reader.text_or("next"), printable(reader.text_or("stopped")),
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, reader.number("matched")))};
  const bool dry_run = reader.flag("dryRun");
  for (const ordered_json& one : reader.array("resent")) {
    AnswerReader resent(one);
    const std::string of = printable(resent.text("of"));
    const std::string delivery = printable(resent.text_or("delivery"));
    if (!resent.ok()) return std::nullopt;
    console.line(dry_run ? fmt::format("{} would be sent again", of)
                         : fmt::format("{} was sent again as {}", of, delivery));
    ordered_json object = typed_object("resent", one);
    object["dryRun"] = dry_run;
    console.object(object);
    ++totals.resent;
  }
  for (const ordered_json& one : reader.array("refused")) {
    AnswerReader refused(one);
    const std::string of = printable(refused.text("of"));
    const std::string why = printable(refused.text("message"));
    if (!refused.ok()) return std::nullopt;
    console.error(fmt::format("{} was not sent again: {}", of, why));
    console.object(typed_object("refused", one));
    ++totals.refused;
  }
  return reader.ok() ? std::optional(page) : std::nullopt;
}

std::string body_of(const ResendFlags& flags,
                    const std::vector<DeliveryFilterFlags::Parameter>& parameters,
                    const std::string& cursor, std::uint64_t limit) {
  ordered_json body = ordered_json::object();
  for (const auto& parameter : parameters) {
    if (parameter.is_flag) {
      body[parameter.name] = true;
    } else {
      body[parameter.name] = parameter.value;
    }
  }
  if (!cursor.empty()) body["cursor"] = cursor;
  body["limit"] = limit;
  if (flags.dry_run) body["dryRun"] = true;
  return json_text(body);
}

int sum_up(Console& console, const ResendFlags& flags, const Totals& totals) {
  console.message(
      fmt::format("{} {}sent again{}", totals.resent, flags.dry_run ? "would be " : "",
                  totals.refused == 0 ? std::string() : fmt::format(", {} not", totals.refused)));
  return totals.refused == 0 ? exit_code::kFine : exit_code::kNotAsExpected;
}

int resend_matching(Console& console, const ResendFlags& flags) {
  // Counted from one moment, so that each page is of the same list.
  const auto parameters = flags.filter.parameters(SystemClock().now());
  if (parameters.empty()) {
    console.error("which ones? Give an ID, or say which with --outcome, --since and the like");
    return exit_code::kUsage;
  }
  std::uint64_t left = flags.limit.value_or(UINT64_MAX);
  Totals totals;
  std::string cursor;
  std::set<std::string> seen;
  for (;;) {
    const std::string body = body_of(flags, parameters, cursor, std::min(left, kAtOnce));
    const auto answer = post_once(console, flags.client, "/sim/v1/deliveries/resend", body);
    if (!answer) {
      if (totals.resent > 0) sum_up(console, flags, totals);
      return answer.error().exit_code;
    }
    const std::optional<Page> page = show_page(console, *answer, totals);
    if (!page || (!page->next.empty() && !seen.insert(page->next).second)) {
      return console.fail(foreign_answer(flags.client.url()));
    }
    if (!page->stopped.empty()) {
      sum_up(console, flags, totals);
      console.error(page->stopped);
      return exit_code::kCouldNotRun;
    }
    left -= std::min(left, page->matched);
    if (page->next.empty() || left == 0) return sum_up(console, flags, totals);
    cursor = page->next;
  }
}

}  // namespace

void ResendFlags::add_to(Command& command) {
  Flag one = command.add_option("ID", id, "A delivery's id; or filters, for all that match");
  one.type_name("");
  filter.add_to(command);
  command.add_flag("--dry-run", dry_run, "Only say which it would be").excludes(one);
  add_number(
      command, "--limit", 1, UINT64_MAX, [this](std::uint64_t most) { limit = most; },
      "How many at most, the newest (default: all that match)")
      .excludes(one);
  client.add_to(command);
}

int resend(Console& console, const ResendFlags& flags) {
  if (flags.id.empty()) return resend_matching(console, flags);
  if (!flags.filter.parameters(SystemClock().now()).empty()) {
    console.error("either an ID or filters: they exclude each other");
    return exit_code::kUsage;
  }
  return resend_one(console, flags);
}

}  // namespace roomle_sim
