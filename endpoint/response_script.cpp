#include "endpoint/response_script.h"

#include <utility>

namespace roomle_sim {
namespace {

bool answers(const ResponsePlan& plan) {
  return plan.fault != Fault::empty_response && plan.fault != Fault::blackhole &&
         plan.fault != Fault::reset_before_response;
}

}  // namespace

ResponseScript::ResponseScript(ResponsePlan plan, const ResponseContext& context)
    : plan_(std::move(plan)) {
  if (!answers(plan_)) {
    bytes_.keep_alive = false;
    return;
  }
  bytes_ = response_bytes(plan_, context);
  endless_ = plan_.endless_body && !bytes_.body.empty();
  text_ = std::move(bytes_.head);
  // In one piece: two would wait for each other (Nagle).
  if (!endless_) text_ += bytes_.body;
}

std::optional<WireAct> ResponseScript::next() {
  if (over_) return std::nullopt;
  if (!std::exchange(delayed_, true) && plan_.delay > Duration::zero()) {
    return act::Pause{plan_.delay};
  }
  if (sent_ == text_.size() && endless_) {
    text_ = bytes_.body;
    sent_ = 0;
  }
  if (sent_ == text_.size()) return end();
  if (plan_.dribble && begun_ && !std::exchange(paused_, true)) return act::Pause{*plan_.dribble};
  return act::Send{take_piece()};
}

std::string ResponseScript::take_piece() {
  begun_ = true;
  paused_ = false;
  const std::size_t size = plan_.dribble ? 1 : text_.size() - sent_;
  std::string piece = text_.substr(sent_, size);
  sent_ += size;
  return piece;
}

std::optional<WireAct> ResponseScript::end() {
  over_ = true;
  switch (plan_.fault) {
    case Fault::reset_before_response:
    case Fault::reset_after_headers:
      return act::Reset{};
    case Fault::blackhole:
      return act::Hold{};
    default:
      break;
  }
  if (!bytes_.keep_alive) return act::Close{};
  return std::nullopt;
}

}  // namespace roomle_sim
