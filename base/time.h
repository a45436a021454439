// Points in time, durations, and their texts. Nothing here reads a clock but SystemClock.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace roomle_sim {

using Duration = std::chrono::nanoseconds;
// A moment on the civil clock (UTC). Nanoseconds, so that adding a Duration never rounds.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Duration>;

// Where time comes from. The pure files take a TimePoint; only drivers hold a Clock.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

// Civil time that never runs backwards: the system clock read once, then advanced by the steady
// one, so that a correction of the machine's clock cannot reorder deadlines. Thread-safe.
class SystemClock : public Clock {
 public:
  SystemClock();
  [[nodiscard]] TimePoint now() const override;
  // The steady moment that corresponds to `when`, for waiting.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady(TimePoint when) const;

 private:
  std::chrono::steady_clock::time_point steady_start_;
  TimePoint civil_start_;
};

// A system clock that can be put forward, so that waits can be skipped. Thread-safe. Who waits for
// a steady moment has to be told that it comes earlier now.
class JumpingClock : public SystemClock {
 public:
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady(TimePoint when) const override;
  // From now on it is `when`, and goes on from there; where that is past already, nothing changes.
  void jump_to(TimePoint when);

 private:
  std::atomic<Duration::rep> ahead_{0};  // nanoseconds
};

// "500ms", "2s", "1m", "1.5h", "7d", "20us", and sums of them ("1m30s"). A bare number is refused,
// since its unit would be a guess; so is a negative one, and one beyond a hundred years.
Result<Duration> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back to the same value: "1m30s", "500ms", "0s".
std::string format_duration(Duration duration);

// For people: at most three significant digits, such as "12 ms", "1.5 s", "2 h".
std::string humanize(Duration duration);

// yyyy-MM-dd'T'HH:mm:ss.SSS'Z', as in the vendor's tokens (REST API page "Authentication").
std::string format_timestamp(TimePoint when);

// Reads that form, with an offset of Z, +hh, +hhmm or +hh:mm (the vendor's pattern letter X), and
// with any number of decimals. Refuses dates that do not exist, and years outside 1678–2261.
Result<TimePoint> parse_timestamp(std::string_view text);

// Whole milliseconds, rounded down, as the outputs named durationMs give them.
inline std::int64_t to_milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace roomle_sim
