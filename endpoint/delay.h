// How long an endpoint takes to answer: always the same, or drawn for each request.
#pragma once

#include <optional>
#include <variant>

#include "base/random.h"
#include "base/time.h"

namespace roomle_sim {

// Every duration between the two is as likely as any other.
struct UniformDelay {
  Duration lower{0};
  Duration upper{0};
};

// What response times look like: most near the median, a few far above it. About two thirds lie
// between median / e^sigma and median * e^sigma.
struct LognormalDelay {
  Duration median{0};
  double sigma = 0;
  std::optional<Duration> max;  // what is drawn beyond it is cut to it
};

using Delay = std::variant<Duration, UniformDelay, LognormalDelay>;

// Whole microseconds where it is drawn, so that a last bit of the machine's mathematics does not
// show. Draws nothing for a fixed one.
Duration draw_delay(const Delay& delay, Random& random);

}  // namespace roomle_sim
