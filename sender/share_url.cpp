#include "sender/share_url.h"

#include <cctype>

namespace roomle_sim {
namespace {

// RFC 3986: "unreserved" needs no escape anywhere. ':' needs none in a query, and the vendor's
// example leaves it as it is.
bool stays(unsigned char c) {
  return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~' || c == ':';
}

std::string escape(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && stays(byte)) {
      escaped += c;
    } else {
      escaped += '%';
      escaped += kHex[byte >> 4U];
      escaped += kHex[byte & 0xFU];
    }
  }
  return escaped;
}

}  // namespace

std::string share_url(std::string_view base, std::string_view id, std::string_view configurator_id,
                      const std::vector<std::pair<std::string, std::string>>& extra) {
  std::string url(base);
  char separator = base.find('?') == std::string_view::npos ? '?' : '&';
  const auto add = [&](std::string_view name, std::string_view value) {
    url += separator;
    url += escape(name) + "=" + escape(value);
    separator = '&';
  };
  add("id", id);
  if (!configurator_id.empty()) add("configuratorId", configurator_id);
  for (const auto& [name, value] : extra) add(name, value);
  return url;
}

}  // namespace roomle_sim
