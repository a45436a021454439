#include <fmt/format.h>

#include "tenants/retry_policy.h"

namespace roomle_sim {
namespace {

constexpr int kMostAttempts = 1000;

std::optional<Jitter> read_jitter(const JsonNode& node, Diagnostics& diagnostics) {
  Jitter jitter;
  if (!node.is(JsonNode::Kind::object)) {
    const std::optional<double> plus = read_number(node, diagnostics, 0, 1);
    if (!plus) return std::nullopt;
    jitter.plus = *plus;
    return jitter;
  }
  ObjectReader reader(node, diagnostics, "jitter");
  if (const JsonNode* minus = reader.optional("minus")) {
    jitter.minus = read_number(*minus, diagnostics, 0, 1).value_or(0);
  }
  if (const JsonNode* plus = reader.optional("plus")) {
    jitter.plus = read_number(*plus, diagnostics, 0, 1).value_or(0);
  }
  reader.finish();
  return jitter;
}

// Gives the jitter's place, so that a second one outside can be refused.
const JsonNode* read_backoff(const JsonNode& node, Diagnostics& diagnostics, RetryPolicy& policy) {
  ObjectReader reader(node, diagnostics, "backoff");
  if (const JsonNode* first = reader.required("first")) {
    policy.backoff.first = read_duration(*first, diagnostics).value_or(Duration(0));
  }
  if (const JsonNode* factor = reader.optional("factor")) {
    policy.backoff.factor = read_number(*factor, diagnostics, 1, 1000).value_or(2);
  }
  const JsonNode* max = reader.optional("max");
  const std::optional<Duration> most = max ? read_duration(*max, diagnostics) : std::nullopt;
  if (most && *most < policy.backoff.first) {
    reader.report(*max, "shorter than the first delay",
                  fmt::format("at least {}", format_duration(policy.backoff.first)));
  }
  policy.backoff.max = most.value_or(std::max(policy.backoff.max, policy.backoff.first));
  const JsonNode* jitter = reader.optional("jitter");
  if (jitter != nullptr) policy.jitter = read_jitter(*jitter, diagnostics).value_or(Jitter{});
  reader.finish();
  return jitter;
}

void read_schedule(const JsonNode& node, Diagnostics& diagnostics, RetryPolicy& policy) {
  if (!node.is(JsonNode::Kind::array) || node.items.empty() ||
      node.items.size() >= static_cast<std::size_t>(kMostAttempts)) {
    diagnostics.add(node.where, "a schedule is an array of 1 to 999 delays",
                    R"(for example ["5s", "5m", "30m"])");
    return;
  }
  for (const JsonNode& item : node.items) {
    policy.schedule.push_back(read_duration(item, diagnostics).value_or(Duration(0)));
  }
}

std::vector<std::string_view> retry_on_words() {
  std::vector<std::string_view> words{"3xx", "4xx", "5xx"};
  words.insert(words.end(), failure_words().begin(), failure_words().end());
  return words;
}

std::optional<RetryOn> read_retry_on(const JsonNode& node, Diagnostics& diagnostics) {
  if (node.is(JsonNode::Kind::integer)) {
    const auto status = read_integer(node, diagnostics, 300, 599);
    if (!status) return std::nullopt;
    return RetryOn{static_cast<int>(*status), static_cast<int>(*status), {}};
  }
  const std::string& text = node.string;
  const bool digits = text.size() == 3 && text.find_first_not_of("0123456789") == text.npos;
  if (digits && text.front() >= '3' && text.front() <= '5') {
    return RetryOn{std::stoi(text), std::stoi(text), {}};
  }
  const std::vector<std::string_view> words = retry_on_words();
  const std::optional<std::size_t> word = read_word(node, diagnostics, words);
  if (!word) return std::nullopt;
  if (*word < 3) {
    const int hundreds = (static_cast<int>(*word) + 3) * 100;
    return RetryOn{hundreds, hundreds + 99, {}};
  }
  // Every status that fails: an endpoint may send one that HTTP has no class for.
  if (words[*word] == "status") return RetryOn{300, 999, {}};
  return RetryOn{0, 0, std::string(words[*word])};
}

void read_retry_on_list(const JsonNode& node, Diagnostics& diagnostics, RetryPolicy& policy) {
  if (!node.is(JsonNode::Kind::array) || node.items.empty()) {
    diagnostics.add(node.where, "retryOn is an array of at least one kind of failure",
                    R"(for example ["5xx", 429, "timeout"]; leave it out to repeat every failure)");
    return;
  }
  for (const JsonNode& item : node.items) {
    if (std::optional<RetryOn> one = read_retry_on(item, diagnostics)) {
      policy.retry_on.push_back(std::move(*one));
    }
  }
}

// How often and when: either a schedule, or attempts with a backoff.
void read_times(ObjectReader& reader, RetryPolicy& policy) {
  Diagnostics& diagnostics = reader.diagnostics();
  const JsonNode* attempts = reader.optional("attempts");
  const JsonNode* schedule = reader.optional("schedule");
  const JsonNode* backoff = reader.optional("backoff");
  const JsonNode* jitter = reader.optional("jitter");
  std::optional<std::int64_t> count;
  if (attempts != nullptr) count = read_integer(*attempts, diagnostics, 1, kMostAttempts);
  policy.attempts = static_cast<int>(count.value_or(1));

  const JsonNode* inner_jitter = nullptr;
  if (backoff != nullptr) inner_jitter = read_backoff(*backoff, diagnostics, policy);
  if (jitter != nullptr) policy.jitter = read_jitter(*jitter, diagnostics).value_or(Jitter{});
  if (jitter != nullptr && inner_jitter != nullptr) {
    reader.report(*jitter, "jitter stands in backoff too");
  }
  if (schedule != nullptr) {
    read_schedule(*schedule, diagnostics, policy);
    const int from_schedule = static_cast<int>(policy.schedule.size()) + 1;
    if (backoff != nullptr) reader.report(*backoff, "either a schedule or a backoff, not both");
    if (count && !policy.schedule.empty() && policy.attempts != from_schedule) {
      reader.report(*attempts, fmt::format("the schedule gives {} attempts", from_schedule),
                    "leave attempts out");
    }
    policy.attempts = from_schedule;
  } else if (attempts == nullptr) {
    reader.report(reader.node(), "a retry policy needs 'attempts' or 'schedule'");
  } else if (policy.attempts > 1 && backoff == nullptr) {
    reader.report(*attempts, "more than one attempt needs a 'backoff'",
                  R"("backoff": {"first": "2s"})");
  }
}

void read_retry_after(const JsonNode& node, Diagnostics& diagnostics, RetryPolicy& policy) {
  ObjectReader reader(node, diagnostics, "retryAfter");
  if (const JsonNode* max = reader.required("max")) {
    policy.retry_after_max = read_duration(*max, diagnostics);
  }
  reader.finish();
}

}  // namespace

RetryPolicy read_retry_policy(const JsonNode& node, Diagnostics& diagnostics) {
  if (node.is(JsonNode::Kind::string)) {
    const auto name = read_word(node, diagnostics, retry_policy_names());
    return name ? *named_retry_policy(node.string) : RetryPolicy{};
  }
  RetryPolicy policy;
  policy.name = "custom";
  ObjectReader reader(node, diagnostics, "a retry policy");
  if (!reader.is_object()) return policy;
  read_times(reader, policy);
  if (const JsonNode* list = reader.optional("retryOn")) {
    read_retry_on_list(*list, diagnostics, policy);
  }
  if (const JsonNode* after = reader.optional("retryAfter")) {
    read_retry_after(*after, diagnostics, policy);
  }
  if (const JsonNode* crash = reader.optional("onCrash")) {
    const auto word = read_word(*crash, diagnostics, {"repeat", "mail"});
    if (word) policy.on_crash = *word == 0 ? OnCrash::repeat : OnCrash::mail;
  }
  reader.finish();
  return policy;
}

}  // namespace roomle_sim
