// How long to wait for each pause of a paced answer, so that wake-ups that come late do not add up.
// Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace roomle_sim {

// Pauses follow each other on a time-table: what one lasted too long, the next last less. No more
// than 20 ms are made up for, so that who reads slowly is not sent a burst. Threads: one.
class Pace {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit Pace(Moment begin) : due_(begin) {}

  // What is left of this pause at `now`: 0 where it is over already.
  Duration left(Duration pause, Moment now) {
    due_ = std::max(due_ + pause, now - kMostMadeUp);
    return std::max<Duration>(due_ - now, Duration::zero());
  }

 private:
  static constexpr Duration kMostMadeUp = std::chrono::milliseconds(20);

  Moment due_;  // when the pause before ends
};

}  // namespace roomle_sim
