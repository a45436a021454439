#include "fallback_mailer/delivery_name.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace roomle_sim {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kKeptOfOthers = 40;
constexpr std::size_t kDigestBytes = 16;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool can_stand(std::string_view id) {
  return !id.empty() && id.size() <= kLongestName && id.front() != '-' && id.front() != '.' &&
         id.back() != '.' && id.find("..") == std::string_view::npos &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_plain(c) || c == '.'; });
}

std::string digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  const std::string copy(text);
  SHA256(reinterpret_cast<const unsigned char*>(copy.data()), copy.size(), bytes.data());
  std::string hex;
  for (std::size_t i = 0; i < kDigestBytes; ++i) hex += fmt::format("{:02x}", bytes.at(i));
  return hex;
}

}  // namespace

std::string delivery_name(std::string_view delivery) {
  if (can_stand(delivery)) return std::string(delivery);
  std::string kept = "id-";
  for (const char c : delivery.substr(0, kKeptOfOthers)) kept += is_plain(c) ? c : '_';
  return kept + "=" + digest(delivery);
}

std::string delivery_boundary(std::string_view delivery) {
  return "=_roomle_" + digest(delivery);
}

}  // namespace roomle_sim
