#include "service/inspector_query.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/json_text.h"
#include "journal/page_cursor.h"
#include "sender/catalogue.h"
#include "sender/json_depth.h"
#include "service/inspector_problem.h"
#include "tenants/retry_policy.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using Words = std::vector<std::string_view>;

const std::array<std::string_view, 3> kOutcomes{"delivered", "mailed", "mail_failed"};
const std::array<std::string_view, 9> kListNames{"tenant", "event", "outcome", "reason", "open",
                                                 "from",   "until", "limit",   "cursor"};
const std::array<std::string_view, 9> kResendNames{"tenant", "event", "outcome", "reason", "from",
                                                   "until",  "limit", "cursor",  "dryRun"};

Words words(const auto& list) {
  return {list.begin(), list.end()};
}

// A value, or what is wrong with it: the place is added by whoever knows it.
using Wrong = std::optional<std::string>;

std::string unknown_word(std::string_view what, std::string_view value, const Words& known) {
  return fmt::format("there is no {} '{}'{}; there are: {}", what, value,
                     did_you_mean(value, known), fmt::join(known, ", "));
}

// In a query a '+' that is not escaped comes as a blank: 12:00:00+01:00.
std::string with_plus(std::string text) {
  const std::size_t blank = text.rfind(' ');
  if (blank != std::string::npos && blank > 10) text[blank] = '+';
  return text;
}

Wrong read_moment(const std::string& value, TimePoint now, std::optional<TimePoint>& moment) {
  if (const auto ago = parse_duration(value)) {
    moment = now - *ago;
    return std::nullopt;
  }
  constexpr std::size_t kDate = 10;
  const auto read =
      parse_timestamp(value.size() == kDate ? value + "T00:00:00Z" : with_plus(value));
  if (!read) {
    return fmt::format(
        "'{}' is no time: write 2026-11-24T12:00:00Z, 2026-11-24, or how long ago: "
        "15m, 3d",
        value);
  }
  moment = *read;
  return std::nullopt;
}

Wrong read_flag(std::string_view value, bool& flag) {
  if (value != "true" && value != "false") return "this is true or false";
  flag = value == "true";
  return std::nullopt;
}

class FilterReader {
 public:
  FilterReader(const TenantRegistry& registry, TimePoint now) : registry_(registry), now_(now) {}

  // `name` is a known one.
  Wrong take(std::string_view name, const std::string& value) {
    DeliveryFilter& filter = query.filter;
    if (name == "tenant") return tenant(value);
    if (name == "event") return event(value);
    if (name == "from") return read_moment(value, now_, filter.from);
    if (name == "until") return read_moment(value, now_, filter.until);
    if (name == "open") return read_flag(value, filter.open.emplace());
    if (name == "dryRun") return read_flag(value, query.dry_run);
    if (name == "outcome") {
      filter.outcome = outcome_from_word(value);
      return filter.outcome ? Wrong() : unknown_word("outcome", value, words(kOutcomes));
    }
    if (name == "reason") {
      filter.last_reason = failure_from_word(value);
      return filter.last_reason ? Wrong() : unknown_word("reason", value, failure_words());
    }
    if (name == "limit") {
      const auto size = read_page_size(value);
      if (size) query.limit = *size;
      return size ? Wrong() : size.error();
    }
    query.cursor = value;
    return parse_cursor(value) ? Wrong() : fmt::format("'{}' is no cursor of a page before", value);
  }

  DeliveryQuery query;

 private:
  Wrong tenant(const std::string& value) {
    if (const Tenant* found = registry_.find_by_text(value)) {
      query.filter.tenant_id = found->id;
      return std::nullopt;
    }
    std::int64_t id = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, id);
    if (error == std::errc() && stop == end) {
      query.filter.tenant_id = id;
      query.unknown_tenant = true;
      return std::nullopt;
    }
    Words names;
    for (const Tenant& one : registry_.tenants()) names.push_back(one.name);
    return fmt::format("the tenants file has no tenant '{}'{}", value, did_you_mean(value, names));
  }

  Wrong event(const std::string& value) {
    if (find_event_type(value) == nullptr) return unknown_word("event", value, event_names());
    query.filter.event = value;
    return std::nullopt;
  }

  const TenantRegistry& registry_;
  const TimePoint now_;
};

ApiProblem bad_parameter(std::string_view name, std::string message) {
  return {400, "bad_value", std::move(message), fmt::format("query parameter '{}'", name), {}};
}

// As the reader takes it. Nothing: a member of that name has another type.
std::optional<std::string> member_text(const std::string& name, const ordered_json& value) {
  if (name == "dryRun") return value.is_boolean() ? std::optional(json_text(value)) : std::nullopt;
  if (name == "limit")
    return value.is_number_integer() ? std::optional(json_text(value)) : std::nullopt;
  if (value.is_string()) return value.get<std::string>();
  return name == "tenant" && value.is_number_integer() ? std::optional(json_text(value))
                                                       : std::nullopt;
}

std::string_view member_kind(std::string_view name) {
  if (name == "dryRun") return "this is true or false";
  if (name == "limit") return "this is a whole number from 1 to 1000";
  return name == "tenant" ? "this must be a tenant's id, a whole number, or its name"
                          : "this must be a text";
}

}  // namespace

Result<std::size_t, std::string> read_page_size(std::string_view text) {
  std::size_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, size);
  if (error == std::errc() && stop == end && size >= 1 && size <= 1000) return size;
  return std::string("this is a whole number from 1 to 1000");
}

Result<std::map<std::string, std::string>, ApiProblem> read_parameters(const QueryPairs& query,
                                                                       const Words& known) {
  std::map<std::string, std::string> parameters;
  for (const auto& [name, value] : query) {
    if (std::ranges::find(known, name) == known.end()) {
      return bad_parameter(name, fmt::format("there is no such parameter{}; there are: {}",
                                             did_you_mean(name, known), fmt::join(known, ", ")));
    }
    if (!parameters.emplace(name, value).second) {
      return bad_parameter(name, "this is there more than once");
    }
  }
  return parameters;
}

Result<DeliveryQuery, ApiProblem> read_list_query(const QueryPairs& query,
                                                  const TenantRegistry& registry, TimePoint now) {
  const auto parameters = read_parameters(query, words(kListNames));
  if (!parameters) return parameters.error();
  FilterReader reader(registry, now);
  for (const auto& [name, value] : *parameters) {
    if (auto wrong = reader.take(name, value)) return bad_parameter(name, std::move(*wrong));
  }
  return std::move(reader.query);
}

Result<DeliveryQuery, ApiProblem> read_resend_body(const std::string& body,
                                                   const TenantRegistry& registry, TimePoint now) {
  const ordered_json tree =
      nested_deeper_than(body, kMostJsonDepth) ? ordered_json() : json_from(body);
  if (!tree.is_object()) {
    return bad_json(body, R"({"outcome": "mail_failed", "from": "1d"})");
  }
  FilterReader reader(registry, now);
  for (const auto& [name, value] : tree.items()) {
    if (name == "open") return bad_member(name, "only what has ended is sent again by a filter");
    if (std::ranges::find(kResendNames, name) == kResendNames.end()) {
      return bad_member(name, fmt::format("there is no such member{}; there are: {}",
                                          did_you_mean(name, words(kResendNames)),
                                          fmt::join(kResendNames, ", ")));
    }
    const auto text = member_text(name, value);
    if (!text) return bad_member(name, std::string(member_kind(name)));
    if (auto wrong = reader.take(name, *text)) return bad_member(name, std::move(*wrong));
  }
  return std::move(reader.query);
}

std::optional<ApiProblem> check_tenant(const DeliveryQuery& query, const std::string& where,
                                       History& history) {
  if (!query.unknown_tenant) return std::nullopt;
  DeliveryFilter filter;
  filter.tenant_id = query.filter.tenant_id;
  const auto page = history.list(filter, {}, 1);
  if (!page) return journal_problem(page.error());
  if (!page->deliveries.empty()) return std::nullopt;
  return ApiProblem{where.starts_with("member") ? 422 : 400,
                    "bad_value",
                    fmt::format("the tenants file has no tenant '{}', and the journal holds "
                                "nothing of one",
                                *query.filter.tenant_id),
                    where,
                    {}};
}

}  // namespace roomle_sim
