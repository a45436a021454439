#include "endpoint/delay.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace roomle_sim {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// A hundred years, as no duration of a file is longer.
constexpr Duration kLongest = std::chrono::days(36'525);

// Standard normal (Box and Muller, 1958). Own, since the standard library's differ from one
// implementation to the next.
double draw_normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

struct Drawer {
  Random& random;

  Duration operator()(const Duration& fixed) const { return fixed; }

  Duration operator()(const UniformDelay& delay) const {
    const auto span = static_cast<std::uint64_t>((delay.upper - delay.lower).count());
    return duration_cast<microseconds>(
        delay.lower + Duration(static_cast<Duration::rep>(random.between(0, span))));
  }

  Duration operator()(const LognormalDelay& delay) const {
    const double factor = std::exp(delay.sigma * draw_normal(random));
    const auto most = static_cast<double>(std::min(kLongest, delay.max.value_or(kLongest)).count());
    const double drawn = static_cast<double>(delay.median.count()) * factor;
    return duration_cast<microseconds>(Duration(static_cast<Duration::rep>(std::min(drawn, most))));
  }
};

}  // namespace

Duration draw_delay(const Delay& delay, Random& random) {
  return std::visit(Drawer{random}, delay);
}

}  // namespace roomle_sim
