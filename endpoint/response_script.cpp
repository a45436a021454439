#include "endpoint/response_script.h"

#include <algorithm>
#include <utility>

namespace roomle_sim {
namespace {

// With a bandwidth a piece is what comes in so long, but at least a byte.
constexpr std::uint64_t kPiecesPerSecond = 50;

bool answers(const ResponsePlan& plan) {
  return plan.has_status() || plan.fault == Fault::malformed_status_line;
}

// Where a text of `size` bytes is cut into `count` pieces of much the same size.
std::uint64_t cut(std::uint64_t size, std::uint64_t piece, std::uint64_t count) {
  return size / count * piece + size % count * piece / count;
}

Duration time_for(std::uint64_t bytes, const pacing::Bandwidth& bandwidth) {
  constexpr std::uint64_t kNanoseconds = 1'000'000'000;
  return Duration(static_cast<Duration::rep>(bytes * kNanoseconds / bandwidth.bytes_per_second));
}

}  // namespace

ResponseScript::ResponseScript(ResponsePlan plan, const ResponseContext& context)
    : plan_(std::move(plan)), random_(plan_.seed) {
  if (!answers(plan_)) {
    bytes_.keep_alive = false;
    return;
  }
  bytes_ = response_bytes(plan_, context);
  text_ = std::move(bytes_.head);
  // In one piece: two would wait for each other (Nagle).
  if (!bytes_.endless) text_ += bytes_.body;
  if (plan_.limit_data) text_.resize(std::min<std::size_t>(text_.size(), *plan_.limit_data));
}

std::optional<WireAct> ResponseScript::next() {
  if (over_) return std::nullopt;
  if (!std::exchange(delayed_, true) && plan_.delay > Duration::zero()) {
    return act::Pause{plan_.delay};
  }
  if (!fill()) return end();
  if (!piece_) {
    piece_ = plan_piece();
    if (piece_->pause > Duration::zero()) return act::Pause{piece_->pause};
  }
  return act::Send{take(std::exchange(piece_, std::nullopt)->size)};
}

bool ResponseScript::fill() {
  if (sent_ < text_.size()) return true;
  const std::uint64_t left = plan_.limit_data ? *plan_.limit_data - in_all_ : UINT64_MAX;
  if (!bytes_.endless || left == 0) return false;
  text_ = bytes_.body.substr(0, static_cast<std::size_t>(left));
  sent_ = 0;
  return true;
}

ResponseScript::Piece ResponseScript::plan_piece() {
  const std::size_t left = text_.size() - sent_;
  const bool first = pieces_ == 0;
  const auto at_most = [&](std::uint64_t size) { return std::min<std::uint64_t>(size, left); };
  if (const auto* dribble = std::get_if<pacing::Dribble>(&plan_.pacing)) {
    return {1, first ? Duration::zero() : dribble->interval};
  }
  if (const auto* pieces = std::get_if<pacing::Pieces>(&plan_.pacing)) {
    const std::uint64_t count = std::min<std::uint64_t>(pieces->count, text_.size());
    const std::uint64_t size = cut(text_.size(), pieces_ + 1, count) - sent_;
    const auto gaps = static_cast<Duration::rep>(std::max<std::uint64_t>(1, count - 1));
    return {at_most(size), first ? Duration::zero() : pieces->total / gaps};
  }
  if (const auto* slices = std::get_if<pacing::Slices>(&plan_.pacing)) {
    const std::uint64_t size =
        random_.between(slices->average - slices->variation, slices->average + slices->variation);
    return {at_most(std::max<std::uint64_t>(1, size)), first ? Duration::zero() : slices->delay};
  }
  if (const auto* bandwidth = std::get_if<pacing::Bandwidth>(&plan_.pacing)) {
    const std::uint64_t size =
        at_most(std::max<std::uint64_t>(1, bandwidth->bytes_per_second / kPiecesPerSecond));
    return {size, time_for(size, *bandwidth)};
  }
  return {left, Duration::zero()};
}

std::string ResponseScript::take(std::size_t size) {
  std::string piece = text_.substr(sent_, size);
  sent_ += size;
  in_all_ += size;
  ++pieces_;
  return piece;
}

std::optional<WireAct> ResponseScript::end() {
  if (plan_.slow_close && !std::exchange(slow_, true)) return act::Pause{*plan_.slow_close};
  over_ = true;
  switch (plan_.fault) {
    case Fault::reset_on_accept:
    case Fault::reset_before_response:
    case Fault::reset_after_headers:
    case Fault::reset_in_body:
    case Fault::accept_then_lose:
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
