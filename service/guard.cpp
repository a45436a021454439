#include "service/guard.h"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "endpoint/request_head.h"
#include "sender/token.h"

namespace roomle_sim {
namespace {

// What a header says that may be there once at most.
struct Single {
  bool repeated = false;
  const std::string* value = nullptr;
};

Single single(const Headers& headers, std::string_view name) {
  Single found;
  for (const auto& [header, value] : headers) {
    if (!equal_ignoring_case(header, name)) continue;
    found.repeated = found.value != nullptr;
    found.value = &value;
  }
  return found;
}

bool is_ipv4(std::string_view text) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of "host", "host:port", "[address]" or "[address]:port"; empty where it is none of them.
std::string_view host_part(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return {};
    const std::string_view rest = authority.substr(close + 1);
    const bool right = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    return right ? authority.substr(0, close + 1) : std::string_view();
  }
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return authority;
  return is_port(authority.substr(colon + 1)) ? authority.substr(0, colon) : std::string_view();
}

// No page can have made an address, or localhost, its own name.
bool is_ours(std::string_view authority, const std::string& configured) {
  const std::string_view host = host_part(authority);
  if (host.empty()) return false;
  if (host.starts_with('[')) return is_ipv6(host.substr(1, host.size() - 2));
  return is_ipv4(host) || equal_ignoring_case(host, "localhost") ||
         equal_ignoring_case(host, configured);
}

ApiProblem forbidden(std::string code, std::string message, std::string where) {
  return {403, std::move(code), std::move(message), std::move(where), {}};
}

std::optional<ApiProblem> check_host(const Headers& headers, const std::string& configured) {
  const Single host = single(headers, "Host");
  if (host.value == nullptr || host.repeated || !is_ours(*host.value, configured)) {
    return forbidden("wrong_host",
                     "the Host of the request must be an IP address, localhost, or the host that "
                     "the service listens on: a web page could have made any other name its own",
                     "header 'Host'");
  }
  return std::nullopt;
}

bool is_own_origin(const Headers& headers, const Single& origin) {
  const Single host = single(headers, "Host");
  return !origin.repeated && host.value != nullptr && !host.repeated &&
         equal_ignoring_case(*origin.value, "http://" + *host.value);
}

std::optional<ApiProblem> check_page(const Headers& headers) {
  const Single origin = single(headers, "Origin");
  const bool own = origin.value == nullptr || is_own_origin(headers, origin);
  if (!own) {
    return forbidden("wrong_origin", "a web page of another origin may not call this",
                     "header 'Origin'");
  }
  const Single site = single(headers, "Sec-Fetch-Site");
  if (site.value != nullptr &&
      (site.repeated || (!equal_ignoring_case(*site.value, "same-origin") &&
                         !equal_ignoring_case(*site.value, "none")))) {
    return forbidden("wrong_origin", "a web page of another origin may not call this",
                     "header 'Sec-Fetch-Site'");
  }
  return std::nullopt;
}

bool shows_token(const Headers& headers, const Secret& token) {
  constexpr std::string_view kScheme = "Bearer ";
  const Single header = single(headers, "Authorization");
  if (header.value == nullptr || header.repeated) return false;
  const std::string_view value = *header.value;
  return equal_ignoring_case(value.substr(0, kScheme.size()), kScheme) &&
         equal_constant_time(value.substr(kScheme.size()), token.reveal());
}

}  // namespace

std::optional<ApiProblem> guard(const GuardRules& rules, const Headers& headers, bool asks_token) {
  // Who knows the token is no page that took a name; and a probe learns nothing.
  if (asks_token && !rules.access_token) {
    if (auto problem = check_host(headers, rules.host)) return problem;
  }
  if (auto problem = check_page(headers)) return problem;
  if (asks_token && rules.access_token && !shows_token(headers, *rules.access_token)) {
    return ApiProblem{401,
                      "access_token",
                      "the access token is missing or wrong: Authorization: Bearer TOKEN",
                      "header 'Authorization'",
                      {{"WWW-Authenticate", "Bearer realm=\"roomle-sim\""}}};
  }
  return std::nullopt;
}

bool is_loopback_host(std::string_view host) {
  if (equal_ignoring_case(host, "localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24U) == 127;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, std::string(host).c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

}  // namespace roomle_sim
