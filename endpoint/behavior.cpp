#include "endpoint/behavior.h"

#include <algorithm>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

ResponsePlan unexpected_plan() {
  ResponsePlan plan;
  plan.status = 500;
  plan.body = "unexpected request: the behaviour's sequence is at its end\n";
  plan.unexpected = true;
  return plan;
}

ResponsePlan limited_plan(Duration left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left);
  ResponsePlan plan;
  plan.status = 429;
  plan.headers = {{"Retry-After", fmt::format("{}", std::max<long>(1, seconds.count()))},
                  {"Content-Type", "text/plain; charset=utf-8"}};
  plan.body = "too many requests\n";
  return plan;
}

// A rule whose faults are met before a request is read.
bool is_of_connection(const BehaviorRule& rule) {
  const auto& sequence = rule.answers.sequence;
  return !sequence.empty() && is_of_connection(sequence.front());
}

bool fits(const BehaviorRule& rule, const RequestFacts& facts, Random& random) {
  if (!rule.event.empty() && rule.event != facts.event) return false;
  if (rule.tenant_id && rule.tenant_id != facts.tenant_id) return false;
  return rule.probability >= 1 || random.uniform() < rule.probability;
}

// Connections draw from numbers of their own, so that they do not disturb those of requests.
constexpr std::uint64_t kConnections = 0x636F6E6E656374ULL;

}  // namespace

bool Behavior::one_request_a_connection() const {
  return std::any_of(sequence.begin(), sequence.end(),
                     [](const BehaviorEntry& entry) { return is_of_connection(entry); }) ||
         std::any_of(by.begin(), by.end(),
                     [](const BehaviorRule& rule) { return is_of_connection(rule); });
}

bool Behavior::is_down(Duration since_start) const {
  return std::any_of(outages.begin(), outages.end(), [&](const Outage& outage) {
    return since_start >= outage.from && (!outage.until || since_start < *outage.until);
  });
}

std::optional<Duration> Behavior::next_change(Duration since_start) const {
  std::optional<Duration> next;
  const auto consider = [&](Duration when) {
    if (when > since_start && (!next || when < *next)) next = when;
  };
  for (const Outage& outage : outages) {
    consider(outage.from);
    if (outage.until) consider(*outage.until);
  }
  return next;
}

std::size_t choose_answers(const Behavior& behavior, const RequestFacts& facts, Random& random) {
  for (std::size_t i = 0; i < behavior.by.size(); ++i) {
    if (!is_of_connection(behavior.by[i]) && fits(behavior.by[i], facts, random)) return i;
  }
  return behavior.by.size();
}

const BehaviorEntry* entry_at(const Answers& answers, std::uint64_t position) {
  if (answers.sequence.empty()) return nullptr;
  std::uint64_t length = 0;
  for (const BehaviorEntry& entry : answers.sequence) length += entry.times;
  if (position >= length) {
    if (answers.then == AfterSequence::fail) return nullptr;
    if (answers.then == AfterSequence::repeat_last) return &answers.sequence.back();
    position %= length;
  }
  for (const BehaviorEntry& entry : answers.sequence) {
    if (position < entry.times) return &entry;
    position -= entry.times;
  }
  return &answers.sequence.back();
}

ResponsePlan plan_for(const Answers& answers, const BehaviorEntry* entry, Random& random) {
  if (entry == nullptr) return answers.sequence.empty() ? ResponsePlan{} : unexpected_plan();
  ResponsePlan plan = entry->plan;
  plan.delay = draw_delay(entry->delay, random);
  plan.seed = random.next();
  return plan;
}

std::optional<ResponsePlan> BehaviorState::connect() {
  if (!one_request_a_connection_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Random random = random_.split(kConnections).split(connections_++);
  for (std::size_t i = 0; i < behavior_.by.size(); ++i) {
    const BehaviorRule& rule = behavior_.by[i];
    if (!is_of_connection(rule) || !fits(rule, {}, random)) continue;
    if (const BehaviorEntry* entry = entry_at(rule.answers, cursors_[i]++)) return entry->plan;
  }
  const BehaviorEntry* entry = entry_at(behavior_, cursors_.back());
  if (entry == nullptr || !is_of_connection(*entry)) return std::nullopt;
  ++cursors_.back();
  return entry->plan;
}

ResponsePlan BehaviorState::next(std::string_view event, std::optional<std::int64_t> tenant_id,
                                 TimePoint now) {
  const std::lock_guard lock(mutex_);
  Random random = random_.split(requests_++);
  const std::size_t chosen = choose_answers(behavior_, {event, tenant_id}, random);
  const bool by_rule = chosen < behavior_.by.size();
  const Answers& answers = by_rule ? behavior_.by[chosen].answers : behavior_;
  const BehaviorEntry* entry = entry_at(answers, cursors_[chosen]++);
  ResponsePlan plan = plan_for(answers, entry, random);
  if (is_of_connection(plan.fault)) plan.fault = Fault::reset_before_response;
  if (entry == nullptr || !entry->rate_limit) return plan;
  return limit(*entry, now).value_or(std::move(plan));
}

std::optional<ResponsePlan> BehaviorState::limit(const BehaviorEntry& entry, TimePoint now) {
  Window& window = windows_[&entry];
  const Duration length = entry.rate_limit->window;
  if (window.requests == 0 || now - window.begin >= length) window = {now, 0};
  if (window.requests < entry.rate_limit->requests) {
    ++window.requests;
    return std::nullopt;
  }
  return limited_plan(length - (now - window.begin));
}

}  // namespace roomle_sim
