// Flags whose values are checked, and how a wrong value is told: always the flag, what it expects,
// and what it got, in one line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/command.h"
#include "tenants/url.h"

namespace roomle_sim {

// usage: "FLAG: expected EXPECTED, got 'VALUE'". Control characters are shown as escapes.
Error wrong_value(std::string_view flag, std::string_view expected, std::string_view value);

// Refuses words that are not in the list, with a "did you mean".
ValueCheck is_one_of(const std::vector<std::string_view>& words);

// A decimal whole number from `low` to `high`. `names` are those of CLI11, such as "--jobs,-j".
Flag add_number(Command& command, const std::string& names, std::uint64_t low, std::uint64_t high,
                std::function<void(std::uint64_t)> take, const std::string& help);
// The seed of random draws: any whole number of 64 bits.
Flag add_seed(Command& command, std::function<void(std::uint64_t)> take, const std::string& help);
struct DurationRange {
  Duration shortest = std::chrono::milliseconds(1);
  Duration longest = std::chrono::hours(24);
  std::string_view text = "from 1ms to 24h";
};
// The duration that a text gives with its unit, if it lies within the range.
std::optional<Duration> read_duration(const std::string& text, const DurationRange& range);
// A duration with its unit.
Flag add_duration(Command& command, const std::string& name, std::function<void(Duration)> take,
                  const std::string& help, const DurationRange& range = {});
// A part of a whole, from 0 to 1, or as "30%". Nothing where it is neither.
std::optional<double> read_share(std::string_view text);

// `expected` is what a message says of a text that does not fit.
ValueCheck expects(std::string expected, std::function<bool(const std::string&)> fits);

// Puts the flag before what is wrong with its value; other errors stay as they are.
Error about_flag(std::string_view flag, Error error);

// A URL to post to (usage); a password in it is not shown.
Result<Url> read_url(std::string_view flag, const std::string& text);

}  // namespace roomle_sim
