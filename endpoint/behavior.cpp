#include "endpoint/behavior.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

std::string_view fault_word(Fault fault) {
  switch (fault) {
    case Fault::none:
      break;
    case Fault::reset_before_response:
      return "connection_reset";
    case Fault::reset_after_headers:
      return "connection_reset after_headers";
    case Fault::empty_response:
      return "empty_response";
    case Fault::malformed_status_line:
      return "malformed status_line";
    case Fault::malformed_header:
      return "malformed header";
    case Fault::malformed_chunk:
      return "malformed chunk";
    case Fault::malformed_content_length:
      return "malformed content_length";
    case Fault::blackhole:
      return "blackhole";
  }
  return "";
}

ResponsePlan unexpected_plan() {
  ResponsePlan plan;
  plan.status = 500;
  plan.body = "unexpected request: the behaviour's sequence is at its end\n";
  plan.unexpected = true;
  return plan;
}

std::uint64_t length_of(const Behavior& behavior) {
  std::uint64_t length = 0;
  for (const BehaviorEntry& entry : behavior.sequence) length += entry.times;
  return length;
}

}  // namespace

bool ResponsePlan::has_status() const {
  return fault == Fault::none || fault == Fault::reset_after_headers ||
         fault == Fault::malformed_header || fault == Fault::malformed_chunk ||
         fault == Fault::malformed_content_length;
}

std::string answer_word(const ResponsePlan& plan) {
  if (plan.fault != Fault::none) return std::string(fault_word(plan.fault));
  return fmt::format("{}{}{}", plan.status, plan.endless_body ? " endless_body" : "",
                     plan.dribble ? " dribble" : "");
}

ResponsePlan plan_for(const Behavior& behavior, const RequestFacts& facts, TimePoint /*now*/,
                      Random /*random*/) {
  if (behavior.sequence.empty()) return {};
  std::uint64_t position = facts.position;
  const std::uint64_t length = length_of(behavior);
  if (position >= length) {
    if (behavior.then == AfterSequence::fail) return unexpected_plan();
    if (behavior.then == AfterSequence::repeat_last) return behavior.sequence.back().plan;
    position %= length;
  }
  for (const BehaviorEntry& entry : behavior.sequence) {
    if (position < entry.times) return entry.plan;
    position -= entry.times;
  }
  return behavior.sequence.back().plan;
}

ResponsePlan BehaviorState::next(std::string_view event, std::optional<std::int64_t> tenant_id,
                                 TimePoint now) {
  const std::uint64_t position = cursor_.fetch_add(1, std::memory_order_relaxed);
  return plan_for(behavior_, {position, event, tenant_id}, now, random_.split(position));
}

}  // namespace roomle_sim
