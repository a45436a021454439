// Absolute http and https URLs, taken apart by libcurl's parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace roomle_sim {

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // without the brackets of an IPv6 address
  std::uint16_t port = 0;  // the scheme's own where the URL names none
  std::string target;      // path and query, at least "/", with unsafe characters escaped
  bool ipv6 = false;

  [[nodiscard]] bool tls() const { return scheme == "https"; }
  // "host" or "host:port", as the Host header has it.
  [[nodiscard]] std::string authority() const;
};

// Refuses what cannot be a webhook: not absolute, another scheme, user info, a fragment.
Result<Url> parse_url(std::string_view text);

}  // namespace roomle_sim
