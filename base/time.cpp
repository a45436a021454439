#include "base/time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// Largest first, as format_duration takes them apart. "ms" stands before "m" for the parser.
constexpr std::array<Unit, 7> kUnits{{{"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"ms", 1'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};
constexpr std::int64_t kLongest = 100LL * 366 * 86'400 * 1'000'000'000;

constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

const Unit* unit_at(std::string_view rest) {
  for (const Unit& unit : kUnits) {
    if (rest.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

Error bad_duration(std::string_view text, std::string_view why) {
  return {ErrorCode::bad_input,
          fmt::format("'{}' is not a duration: {} (write for example 500ms, 2s, 1m or 1h30m)", text,
                      why)};
}

// Reads exactly `digits` digits at the front of `rest` and takes them off.
bool take_number(std::string_view& rest, std::size_t digits, int& value) {
  if (rest.size() < digits) return false;
  const char* end = rest.data() + digits;
  const auto [stop, error] = std::from_chars(rest.data(), end, value);
  if (error != std::errc() || stop != end || rest.front() == '-') return false;
  rest.remove_prefix(digits);
  return true;
}

// Reads a number such as "12" or "1.5". The whole part stays exact, however large.
bool take_decimal(std::string_view& rest, std::int64_t& whole, double& fraction) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0) return false;
  if (std::from_chars(rest.data(), rest.data() + digits, whole).ec != std::errc()) {
    whole = INT64_MAX;
  }
  rest.remove_prefix(digits);
  if (!rest.starts_with('.')) return true;
  const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  if (end == 1) return false;
  std::from_chars(rest.data(), rest.data() + end, fraction);
  rest.remove_prefix(end);
  return true;
}

bool take_char(std::string_view& rest, char expected) {
  if (rest.empty() || rest.front() != expected) return false;
  rest.remove_prefix(1);
  return true;
}

bool take_offset(std::string_view& rest, std::chrono::minutes& offset) {
  if (take_char(rest, 'Z')) return rest.empty();
  const bool minus = !rest.empty() && rest.front() == '-';
  if (!minus && (rest.empty() || rest.front() != '+')) return false;
  rest.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(rest, 2, hours)) return false;
  const bool colon = take_char(rest, ':');
  if ((colon || !rest.empty()) && !take_number(rest, 2, minutes)) return false;
  offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (minus) offset = -offset;
  return rest.empty() && hours < 24 && minutes < 60;
}

// At least one digit; those beyond the nanosecond are dropped.
bool take_fraction(std::string_view& rest, Duration& fraction) {
  const std::size_t before = rest.size();
  std::int64_t value = 0;
  std::int64_t unit = 1'000'000'000;
  while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest.front())) != 0) {
    if (unit > 1) {
      unit /= 10;
      value += (rest.front() - '0') * unit;
    }
    rest.remove_prefix(1);
  }
  fraction = Duration(value);
  return rest.size() < before;
}

}  // namespace

SystemClock::SystemClock()
    : steady_start_(std::chrono::steady_clock::now()),
      civil_start_(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())) {}

TimePoint SystemClock::now() const {
  return civil_start_ + (std::chrono::steady_clock::now() - steady_start_);
}

std::chrono::steady_clock::time_point SystemClock::steady(TimePoint when) const {
  return steady_start_ + (when - civil_start_);
}

TimePoint JumpingClock::now() const {
  return SystemClock::now() + Duration(ahead_);
}

std::chrono::steady_clock::time_point JumpingClock::steady(TimePoint when) const {
  return SystemClock::steady(when - Duration(ahead_));
}

void JumpingClock::jump_to(TimePoint when) {
  const Duration::rep wanted = (when - SystemClock::now()).count();
  Duration::rep ahead = ahead_;
  while (ahead < wanted && !ahead_.compare_exchange_weak(ahead, wanted)) {
  }
}

Result<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return bad_duration(text, "it is empty");
  std::int64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (rest.front() == '-') return bad_duration(text, "it is negative");
    std::int64_t whole = 0;
    double fraction = 0;
    if (!take_decimal(rest, whole, fraction)) return bad_duration(text, "no number");
    if (rest.empty()) return bad_duration(text, "its unit is missing");
    const Unit* unit = unit_at(rest);
    if (unit == nullptr) return bad_duration(text, fmt::format("no unit is called '{}'", rest));
    rest.remove_prefix(unit->name.size());
    // Bounded before it is multiplied, so that nothing overflows.
    if (whole > kLongest / unit->nanoseconds) whole = kLongest / unit->nanoseconds + 1;
    total += whole * unit->nanoseconds;
    total += std::llround(fraction * static_cast<double>(unit->nanoseconds));
    if (total > kLongest) return bad_duration(text, "it is longer than a hundred years");
  }
  return Duration(total);
}

std::string format_duration(Duration duration) {
  if (duration.count() == 0) return "0s";
  constexpr std::array<Unit, 7> kDescending{
      {kUnits[0], kUnits[1], kUnits[3], kUnits[4], kUnits[2], kUnits[5], kUnits[6]}};
  std::string text;
  std::int64_t rest = duration.count();
  for (const Unit& unit : kDescending) {
    if (rest >= unit.nanoseconds) {
      text += fmt::format("{}{}", rest / unit.nanoseconds, unit.name);
      rest %= unit.nanoseconds;
    }
  }
  return text;
}

std::string humanize(Duration duration) {
  const auto value = static_cast<double>(duration.count());
  const auto shown = [](double number, std::string_view unit) {
    return number >= 99.95 ? fmt::format("{:.0f} {}", number, unit)
                           : fmt::format("{:.3g} {}", number, unit);
  };
  if (value < 1e6) return shown(value / 1e3, "us");
  if (value < 1e9) return shown(value / 1e6, "ms");
  if (value < 120e9) return shown(value / 1e9, "s");
  if (value < 7200e9) return shown(value / 60e9, "min");
  return shown(value / 3600e9, "h");
}

std::string format_timestamp(TimePoint when) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(when);
  const auto day = std::chrono::floor<std::chrono::days>(ms);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{ms - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<TimePoint> parse_timestamp(std::string_view text) {
  const Error error{ErrorCode::bad_input,
                    fmt::format("'{}' is not a timestamp (expected yyyy-MM-ddTHH:mm:ss.SSSZ, for "
                                "example 2020-12-31T23:00:00.000Z)",
                                text)};
  std::string_view rest = text;
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!take_number(rest, 4, year) || !take_char(rest, '-') || !take_number(rest, 2, month) ||
      !take_char(rest, '-') || !take_number(rest, 2, day) || !take_char(rest, 'T') ||
      !take_number(rest, 2, hour) || !take_char(rest, ':') || !take_number(rest, 2, minute) ||
      !take_char(rest, ':') || !take_number(rest, 2, second)) {
    return error;
  }
  Duration fraction{0};
  if (take_char(rest, '.') && !take_fraction(rest, fraction)) return error;
  std::chrono::minutes offset{0};
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!take_offset(rest, offset) || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return error;
  }
  // A TimePoint counts nanoseconds in 64 bits.
  if (year < kFirstYear || year > kLastYear) return error;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second) + fraction - offset;
}

}  // namespace roomle_sim
