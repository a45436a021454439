#include "cli/flag_value.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/credential_names.h"
#include "base/diagnostics.h"
#include "cli/console.h"

namespace roomle_sim {
namespace {

// What stands behind "FLAG: ", which CLI11 adds by itself.
std::string complaint(std::string_view expected, std::string_view value) {
  return fmt::format("expected {}, got '{}'", expected, printable(value));
}

std::optional<std::uint64_t> read_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace

Error wrong_value(std::string_view flag, std::string_view expected, std::string_view value) {
  return {ErrorCode::usage, fmt::format("{}: {}", flag, complaint(expected, value))};
}

ValueCheck expects(std::string expected, std::function<bool(const std::string&)> fits) {
  return [expected = std::move(expected), fits = std::move(fits)](const std::string& text) {
    return fits(text) ? std::string() : complaint(expected, text);
  };
}

ValueCheck is_one_of(const std::vector<std::string_view>& words) {
  return [words](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
    return complaint(fmt::format("one of {}", fmt::join(words, ", ")), text) +
           did_you_mean(text, words);
  };
}

Flag add_number(Command& command, const std::string& names, std::uint64_t low, std::uint64_t high,
                std::function<void(std::uint64_t)> take, const std::string& help) {
  const auto fits = [low, high](const std::string& text) {
    const auto number = read_number(text);
    return number && *number >= low && *number <= high;
  };
  return command
      .add_option_function(
          names,
          [take = std::move(take)](const std::string& text) { take(read_number(text).value()); },
          help)
      .type_name("N")
      .check(expects(fmt::format("a whole number from {} to {}", low, high), fits));
}

Flag add_seed(Command& command, std::function<void(std::uint64_t)> take, const std::string& help) {
  return add_number(command, "--seed", 0, UINT64_MAX, std::move(take), help);
}

std::optional<Duration> read_duration(const std::string& text, const DurationRange& range) {
  const Result<Duration> value = parse_duration(text);
  const bool fits = value && *value >= range.shortest && *value <= range.longest;
  return fits ? std::optional(*value) : std::nullopt;
}

Flag add_duration(Command& command, const std::string& name, std::function<void(Duration)> take,
                  const std::string& help, const DurationRange& range) {
  const auto read = [range](const std::string& text) { return read_duration(text, range); };
  return command
      .add_option_function(
          name,
          [take = std::move(take), read](const std::string& text) { take(read(text).value()); },
          help)
      .type_name("DURATION")
      .check(expects(fmt::format("a duration {}, such as 500ms, 2s or 1h30m", range.text),
                     [read](const std::string& text) { return read(text).has_value(); }));
}

std::optional<double> read_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || stopped != end) return std::nullopt;
  if (percent) value /= 100;
  // Written so that no NaN passes.
  return value >= 0 && value <= 1 ? std::optional(value) : std::nullopt;
}

Error about_flag(std::string_view flag, Error error) {
  if (error.code == ErrorCode::usage) error.message = fmt::format("{}: {}", flag, error.message);
  return error;
}

Result<Url> read_url(std::string_view flag, const std::string& text) {
  Result<Url> url = parse_url(text);
  if (url) return url;
  const std::size_t at = text.rfind('@');
  const std::string shown =
      without_url_credentials(at == std::string::npos ? text : "…" + text.substr(at));
  return Error{ErrorCode::usage,
               fmt::format("{}: '{}' is {}", flag, printable(shown), url.error().message)};
}

}  // namespace roomle_sim
