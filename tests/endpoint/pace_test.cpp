#include "endpoint/pace.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using std::chrono::milliseconds;

const Pace::Moment kBegin{milliseconds(1000)};

TEST(Pace, WaitsAsLongAsThePauseWhereNothingIsLate) {
  Pace pace(kBegin);
  EXPECT_EQ(pace.left(milliseconds(10), kBegin), milliseconds(10));
  EXPECT_EQ(pace.left(milliseconds(5), kBegin + milliseconds(10)), milliseconds(5));
}

TEST(Pace, ALateWakeUpShortensTheNextPause) {
  Pace pace(kBegin);
  pace.left(milliseconds(10), kBegin);
  EXPECT_EQ(pace.left(milliseconds(10), kBegin + milliseconds(13)), milliseconds(7));
  EXPECT_EQ(pace.left(milliseconds(10), kBegin + milliseconds(20)), milliseconds(10));
}

TEST(Pace, TheTimeOfManyPausesIsTheirSum) {
  Pace pace(kBegin);
  Pace::Moment now = kBegin;
  for (int i = 0; i < 2000; ++i) {
    now += pace.left(std::chrono::microseconds(500), now) + std::chrono::microseconds(80);
  }
  EXPECT_EQ(now, kBegin + milliseconds(1000) + std::chrono::microseconds(80));
}

TEST(Pace, WhoReadsSlowlyIsSentNoBurst) {
  Pace pace(kBegin);
  pace.left(milliseconds(10), kBegin);
  const Pace::Moment late = kBegin + milliseconds(500);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pace.left(milliseconds(10), late), milliseconds(0));
  EXPECT_EQ(pace.left(milliseconds(10), late), milliseconds(10));
}

}  // namespace
}  // namespace roomle_sim
