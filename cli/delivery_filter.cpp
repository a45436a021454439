#include "cli/delivery_filter.h"

#include "cli/command.h"
#include "cli/flag_value.h"
#include "sender/catalogue.h"
#include "sender/delivery.h"
#include "sender/transport.h"

namespace roomle_sim {
namespace {

constexpr DurationRange kSinceRange{std::chrono::milliseconds(1), std::chrono::days(36'500), ""};

std::vector<std::string_view> outcome_words() {
  return {outcome_word(Outcome::delivered), outcome_word(Outcome::mailed),
          outcome_word(Outcome::mail_failed)};
}

std::vector<std::string_view> reason_words() {
  std::vector<std::string_view> words;
  for (int reason = 0; reason <= static_cast<int>(FailureReason::malformed_response); ++reason) {
    words.push_back(failure_word(static_cast<FailureReason>(reason)));
  }
  return words;
}

Flag add_moment(Command& command, const std::string& name, std::optional<TimePoint>& moment,
                const std::string& help) {
  return command
      .add_option_function(
          name, [&moment](const std::string& text) { moment = read_moment(text); }, help)
      .type_name("TIME")
      .check(expects("a time such as 2026-11-23T22:08:06Z, or a date",
                     [](const std::string& text) { return read_moment(text).has_value(); }));
}

}  // namespace

std::optional<TimePoint> read_moment(const std::string& text) {
  for (const char* more : {"", "T00:00:00Z"}) {
    if (const Result<TimePoint> moment = parse_timestamp(text + more)) return *moment;
  }
  return std::nullopt;
}

void DeliveryFilterFlags::add_to(Command& command) {
  command.add_option("--tenant", tenant_, "Of this tenant").type_name("ID|NAME");
  command.add_option("--event", event_, "Of this event").type_name("EVENT").one_of(event_names());
  Flag outcome =
      command.add_option("--outcome", outcome_, "That ended so: delivered, mailed or mail_failed")
          .type_name("OUTCOME")
          .one_of(outcome_words());
  command
      .add_option("--reason", reason_,
                  "Whose last attempt failed so: status, timeout, connect_refused, …")
      .type_name("REASON")
      .one_of(reason_words());
  command.add_flag("--open", open_, "That have not ended").excludes(outcome);
  Flag since =
      command
          .add_option_function(
              "--since",
              [this](const std::string& text) { since_ = read_duration(text, kSinceRange); },
              "Accepted so long ago or later, such as 15m or 3d")
          .type_name("DURATION")
          .check(expects("a duration from 1ms to 36500d, such as 15m or 3d",
                         [](const std::string& text) {
                           return read_duration(text, kSinceRange).has_value();
                         }));
  add_moment(command, "--from", from_, "Accepted then or later").excludes(since);
  add_moment(command, "--until", until_, "Accepted before");
}

std::vector<DeliveryFilterFlags::Parameter> DeliveryFilterFlags::parameters(TimePoint now) const {
  std::vector<Parameter> parameters;
  const auto add = [&](const char* name, const std::string& value, bool is_flag = false) {
    if (!value.empty()) parameters.push_back({name, value, is_flag});
  };
  add("tenant", tenant_);
  add("event", event_);
  add("outcome", outcome_);
  add("reason", reason_);
  if (open_) add("open", "true", true);
  if (since_) add("from", format_timestamp(now - *since_));
  if (from_) add("from", format_timestamp(*from_));
  if (until_) add("until", format_timestamp(*until_));
  return parameters;
}

}  // namespace roomle_sim
