#include "service/access_token.h"

#include <algorithm>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

constexpr std::size_t kFewest = 16;
constexpr std::size_t kMost = 4096;

Error unusable(const std::string& path, std::string_view why) {
  return {ErrorCode::bad_input, fmt::format("the access token file {}: {}", path, why)};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<Secret> parse_access_token(std::string_view text, const std::string& path) {
  const std::string_view token = trimmed(text);
  if (token.size() < kFewest) {
    return unusable(path, fmt::format("the token must have at least {} characters", kFewest));
  }
  if (token.size() > kMost) {
    return unusable(path, fmt::format("the token must not have more than {} characters", kMost));
  }
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    return unusable(path, "the token must consist of printable ASCII characters without space");
  }
  return Secret(std::string(token));
}

}  // namespace roomle_sim
