#include "base/random.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

// The values that SplitMix64's published reference code gives for the seed 1234567.
TEST(Random, GivesThePublishedValuesOfSplitMix64) {
  Random random(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
        4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Random, GivesTheSameFromTheSameSeed) {
  Random one(9);
  Random other(9);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), other.next());
}

TEST(Random, SplitsTheSameGeneratorForTheSameTag) {
  const Random random(5);
  EXPECT_EQ(random.split(42).next(), random.split(42).next());
  EXPECT_NE(random.split(42).next(), random.split(43).next());
  EXPECT_NE(random.split(42).next(), Random(6).split(42).next());
}

TEST(Random, IsNotDisturbedByWhatItsSplitsDraw) {
  Random alone(5);
  Random parent(5);
  Random child = parent.split(1);
  for (int i = 0; i < 10; ++i) child.next();
  EXPECT_EQ(parent.next(), alone.next());
}

// Two streams with neighbouring tags agree in a bit about half of the time.
TEST(Random, SplitsAreIndependent) {
  const Random random(5);
  for (std::uint64_t tag = 0; tag < 20; ++tag) {
    Random one = random.split(tag);
    Random other = random.split(tag + 1);
    int equal = 0;
    const int bits = 64 * 200;
    for (int i = 0; i < 200; ++i) equal += 64 - __builtin_popcountll(one.next() ^ other.next());
    EXPECT_NEAR(static_cast<double>(equal) / bits, 0.5, 0.03) << "tag " << tag;
  }
}

TEST(Random, UniformStaysInItsRangeAndFillsIt) {
  Random random(31);
  std::array<int, 10> tenths{};
  const int draws = 100'000;
  for (int i = 0; i < draws; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    ++tenths.at(static_cast<std::size_t>(value * 10));
  }
  for (const int count : tenths) EXPECT_NEAR(count, draws / 10, draws / 100);
}

TEST(Random, BetweenIncludesBothEndsAndNothingElse) {
  Random random(32);
  std::array<int, 3> seen{};
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t value = random.between(7, 9);
    ASSERT_GE(value, 7U);
    ASSERT_LE(value, 9U);
    ++seen.at(value - 7);
  }
  for (const int count : seen) EXPECT_GT(count, 800);
  EXPECT_EQ(random.between(4, 4), 4U);
  random.between(0, UINT64_MAX);  // the whole range does not divide by zero
}

}  // namespace
}  // namespace roomle_sim
