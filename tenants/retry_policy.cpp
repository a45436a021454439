#include "tenants/retry_policy.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

RetryPolicy scheduled(std::string_view name, std::vector<Duration> schedule, Jitter jitter = {}) {
  RetryPolicy policy;
  policy.name = name;
  policy.attempts = static_cast<int>(schedule.size()) + 1;
  policy.schedule = std::move(schedule);
  policy.jitter = jitter;
  return policy;
}

RetryPolicy roomle() {
  return {};
}

// The schedule that the Standard Webhooks specification recommends.
RetryPolicy standard_webhooks() {
  return scheduled("standard-webhooks", {seconds(5), minutes(5), minutes(30), hours(2), hours(5),
                                         hours(10), hours(14), hours(20), hours(24)});
}

RetryPolicy svix() {
  return scheduled("svix",
                   {seconds(5), minutes(5), minutes(30), hours(2), hours(5), hours(10), hours(10)},
                   {.minus = 0.2, .plus = 0.2});
}

RetryPolicy convoy() {
  return scheduled("convoy", std::vector<Duration>(10, seconds(100)));
}

RetryPolicy outpost() {
  RetryPolicy policy;
  policy.name = "outpost";
  policy.attempts = 11;
  policy.backoff = {.first = seconds(30), .factor = 2, .max = hours(24)};
  return policy;
}

RetryPolicy hook0() {
  return scheduled(
      "hook0",
      {seconds(3), seconds(10), minutes(3), minutes(30), hours(1), hours(3), hours(5), hours(10)},
      {.minus = 0, .plus = 0.1});
}

}  // namespace

const std::vector<std::string_view>& retry_policy_names() {
  static const std::vector<std::string_view> kNames{"roomle", "standard-webhooks", "svix",
                                                    "convoy", "outpost",           "hook0"};
  return kNames;
}

std::optional<RetryPolicy> named_retry_policy(std::string_view name) {
  if (name == "roomle") return roomle();
  if (name == "standard-webhooks") return standard_webhooks();
  if (name == "svix") return svix();
  if (name == "convoy") return convoy();
  if (name == "outpost") return outpost();
  if (name == "hook0") return hook0();
  return std::nullopt;
}

const std::vector<std::string_view>& failure_words() {
  static const std::vector<std::string_view> kWords{
      "status",    "dns_error", "connect_refused",   "connect_timeout",
      "tls_error", "timeout",   "connection_closed", "malformed_response"};
  return kWords;
}

Result<RetryPolicy> parse_retry_policy(std::string_view text) {
  if (!text.starts_with('{')) {
    if (std::optional<RetryPolicy> named = named_retry_policy(text)) return std::move(*named);
    return Error{
        ErrorCode::usage,
        fmt::format("no retry policy is called '{}'{}: it is one of {}, or an object such "
                    "as {}",
                    text, did_you_mean(text, retry_policy_names()),
                    fmt::join(retry_policy_names(), ", "), R"({"schedule": ["5s", "5m"]})")};
  }
  const Source source =
      std::make_shared<const SourceText>(SourceText{"retry policy", std::string(text)});
  Diagnostics diagnostics;
  RetryPolicy policy;
  if (const std::optional<JsonNode> node = parse_json(source, diagnostics)) {
    policy = read_retry_policy(*node, diagnostics);
  }
  if (diagnostics.empty()) return policy;
  std::string mistakes = diagnostics.render();
  mistakes.pop_back();
  return Error{ErrorCode::usage, std::move(mistakes)};
}

}  // namespace roomle_sim
