#include "base/time.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;  // NOLINT: the unit ends the number

Duration duration(std::string_view text) {
  const Result<Duration> parsed = parse_duration(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed ? *parsed : Duration(-1);
}

std::string refusal(std::string_view text) {
  const Result<Duration> parsed = parse_duration(text);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(Duration, ReadsEachUnitAndSumsOfThem) {
  EXPECT_EQ(duration("7ns"), 7ns);
  EXPECT_EQ(duration("20us"), 20us);
  EXPECT_EQ(duration("500ms"), 500ms);
  EXPECT_EQ(duration("2s"), 2s);
  EXPECT_EQ(duration("1m"), 1min);
  EXPECT_EQ(duration("1.5h"), 90min);
  EXPECT_EQ(duration("7d"), 168h);
  EXPECT_EQ(duration("1m30s"), 90s);
  EXPECT_EQ(duration("0s"), 0s);
  EXPECT_EQ(duration("0.001ms"), 1us);
}

TEST(Duration, RefusesABareNumberSinceItsUnitWouldBeAGuess) {
  EXPECT_NE(refusal("10").find("its unit is missing"), std::string::npos);
  EXPECT_NE(refusal("1m30").find("its unit is missing"), std::string::npos);
}

TEST(Duration, RefusesWhatIsNoDuration) {
  EXPECT_NE(refusal("").find("it is empty"), std::string::npos);
  EXPECT_NE(refusal("-1s").find("it is negative"), std::string::npos);
  EXPECT_NE(refusal("5y").find("no unit is called 'y'"), std::string::npos);
  for (const char* text : {"s", "infs", "nan s", "1 s", " 1s", "1s ", "1.s", ".5s", "1e3s", "+1s",
                           "0x10s", "1,5s", "1S"}) {
    EXPECT_NE(refusal(text), "accepted") << text;
  }
}

TEST(Duration, RefusesMoreThanAHundredYearsHoweverItIsWritten) {
  EXPECT_EQ(duration("36600d"), 36600 * 24h);
  for (const char* text : {"36601d", "36600d1ns", "9999999999999999999999d",
                           "9223372036854775807ns", "30000d30000d"}) {
    EXPECT_NE(refusal(text).find("longer than a hundred years"), std::string::npos) << text;
  }
}

TEST(Duration, IsWrittenInItsLargestUnits) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(500ms), "500ms");
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_duration(1h + 1ns), "1h1ns");
}

TEST(Duration, ComesBackTheSameFromItsText) {
  const std::uint64_t seed = 20240817;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t largest = std::uint64_t{1} << random.between(0, 61);
    const Duration drawn(static_cast<std::int64_t>(random.between(0, largest)));
    ASSERT_EQ(duration(format_duration(drawn)), drawn) << format_duration(drawn);
  }
}

TEST(Duration, IsShownToPeopleInAboutThreeDigits) {
  EXPECT_EQ(humanize(12ms), "12 ms");
  EXPECT_EQ(humanize(1500ms), "1.5 s");
  EXPECT_EQ(humanize(2h), "2 h");
  EXPECT_EQ(humanize(3min), "3 min");
  EXPECT_EQ(humanize(1234us), "1.23 ms");
  EXPECT_EQ(humanize(0s), "0 us");
}

std::string again(std::string_view text) {
  const Result<TimePoint> parsed = parse_timestamp(text);
  return parsed ? format_timestamp(*parsed) : "refused";
}

TEST(Timestamp, ReadsTheVendorsExample) {
  EXPECT_EQ(again("2020-12-31T23:00:00.000Z"), "2020-12-31T23:00:00.000Z");
  const Result<TimePoint> parsed = parse_timestamp("2020-12-31T23:00:00.000Z");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->time_since_epoch(), std::chrono::seconds(1609455600));
}

TEST(Timestamp, ReadsEachFormOfOffset) {
  EXPECT_EQ(again("2021-01-01T01:00:00.000+02"), "2020-12-31T23:00:00.000Z");
  EXPECT_EQ(again("2021-01-01T01:00:00.000+0200"), "2020-12-31T23:00:00.000Z");
  EXPECT_EQ(again("2021-01-01T01:00:00.000+02:00"), "2020-12-31T23:00:00.000Z");
  EXPECT_EQ(again("2020-12-31T17:30:00.000-05:30"), "2020-12-31T23:00:00.000Z");
}

TEST(Timestamp, ReadsAnyNumberOfDecimals) {
  EXPECT_EQ(again("2020-12-31T23:00:00Z"), "2020-12-31T23:00:00.000Z");
  EXPECT_EQ(again("2020-12-31T23:00:00.5Z"), "2020-12-31T23:00:00.500Z");
  EXPECT_EQ(again("2020-12-31T23:00:00.123456789123Z"), "2020-12-31T23:00:00.123Z");
}

TEST(Timestamp, RefusesDatesAndTimesThatDoNotExist) {
  EXPECT_EQ(again("2024-02-29T00:00:00.000Z"), "2024-02-29T00:00:00.000Z");
  for (const char* text :
       {"2023-02-29T00:00:00.000Z", "2020-13-01T00:00:00.000Z", "2020-00-01T00:00:00.000Z",
        "2020-04-31T00:00:00.000Z", "2020-01-01T24:00:00.000Z", "2020-01-01T00:60:00.000Z",
        "2020-01-01T00:00:61.000Z", "2020-01-01T00:00:00.000+24", "2020-01-01T00:00:00+02:60"}) {
    EXPECT_EQ(again(text), "refused") << text;
  }
}

TEST(Timestamp, RefusesOtherForms) {
  for (const char* text : {"", "2020-12-31", "2020-12-31T23:00:00.000", "2020-12-31 23:00:00.000Z",
                           "2020-12-31T23:00:00.Z", "2020-12-31T23:00:00.000Zx",
                           "2020-12-31T23:00:00.000+02:", "2020-12-31T23:00:00.000+2",
                           "20-12-31T23:00:00.000Z", "-020-12-31T23:00:00.000Z",
                           "2020-1-31T23:00:00.000Z", "2020-12-31T23:00:00,000Z", "1609455600"}) {
    EXPECT_EQ(again(text), "refused") << text;
  }
}

// They would overflow the nanoseconds of a TimePoint.
TEST(Timestamp, RefusesYearsThatNanosecondsCannotCount) {
  EXPECT_EQ(again("1677-12-31T00:00:00.000Z"), "refused");
  EXPECT_EQ(again("1678-01-01T00:00:00.000Z"), "1678-01-01T00:00:00.000Z");
  EXPECT_EQ(again("2261-12-31T23:59:59.999Z"), "2261-12-31T23:59:59.999Z");
  EXPECT_EQ(again("9999-12-31T23:59:59.999Z"), "refused");
}

TEST(Timestamp, ComesBackTheSameFromItsTextInMilliseconds) {
  const std::uint64_t seed = 77;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int i = 0; i < 5'000; ++i) {
    // From 1908 to 2223, before and after the epoch.
    const auto ms =
        static_cast<std::int64_t>(random.between(0, 9'944'000'000'000)) - 1'944'000'000'000;
    const TimePoint drawn{std::chrono::milliseconds(ms)};
    const Result<TimePoint> parsed = parse_timestamp(format_timestamp(drawn));
    ASSERT_TRUE(parsed.ok()) << format_timestamp(drawn);
    ASSERT_EQ(*parsed, drawn) << format_timestamp(drawn);
  }
}

TEST(Timestamp, RoundsDownToMillisecondsAlsoBeforeTheEpoch) {
  EXPECT_EQ(format_timestamp(TimePoint(-1ns)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_timestamp(TimePoint(1'999'999ns)), "1970-01-01T00:00:00.001Z");
}

TEST(SystemClock, NeverRunsBackwardsAndAgreesWithTheSteadyClock) {
  const SystemClock clock;
  const TimePoint first = clock.now();
  const TimePoint second = clock.now();
  EXPECT_LE(first, second);
  EXPECT_EQ(clock.steady(first + 5s) - clock.steady(first), 5s);
}

TEST(JumpingClock, IsPutForwardAndNeverBack) {
  JumpingClock clock;
  const TimePoint before = clock.now();
  const auto steady = clock.steady(before + std::chrono::hours(75));
  clock.jump_to(before + std::chrono::hours(75));
  EXPECT_GE(clock.now(), before + std::chrono::hours(75));
  EXPECT_LT(clock.now(), before + std::chrono::hours(76));
  // The same moment comes as much earlier.
  EXPECT_LE(clock.steady(before + std::chrono::hours(75)), std::chrono::steady_clock::now());
  EXPECT_GT(steady, std::chrono::steady_clock::now() + std::chrono::hours(74));
  clock.jump_to(before);
  EXPECT_GE(clock.now(), before + std::chrono::hours(75));
}

}  // namespace
}  // namespace roomle_sim
