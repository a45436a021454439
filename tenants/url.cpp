#include "tenants/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

namespace roomle_sim {
namespace {

struct UrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Handle = std::unique_ptr<CURLU, UrlCloser>;

Error refused(std::string_view why) {
  return {ErrorCode::bad_input, fmt::format("not a URL to post to: {}", why)};
}

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return copy;
}

// What libcurl would let pass, or would refuse with less to go on. No message repeats the text: a
// URL with user info holds a password.
Result<bool> check_form(std::string_view text) {
  if (text.empty()) return refused("it is empty");
  const bool blank =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
  if (blank) return refused("it holds a space or a control character (write a space as %20)");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refused("it is not absolute (http://… or https://…)");
  const std::string scheme = lower(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") return refused("it is neither http nor https");
  // libcurl reads http:///roomle as the host "roomle".
  if (text.substr(colon + 3).starts_with('/')) return refused("it has no host");
  if (text.find('#') != std::string_view::npos) {
    return refused("it holds a fragment (#…), which is never sent");
  }
  return true;
}

std::string_view reason(CURLUcode code) {
  switch (code) {
    case CURLUE_USER_NOT_ALLOWED:
      return "it holds user info (user:password@…)";
    case CURLUE_BAD_PORT_NUMBER:
      return "its port is no number from 1 to 65535";
    case CURLUE_NO_HOST:
      return "it has no host";
    case CURLUE_BAD_HOSTNAME:
    case CURLUE_BAD_IPV6:
      return "its host is not a name or an address";
    case CURLUE_BAD_SLASHES:
      return "behind http: there must be two slashes";
    default:
      return curl_url_strerror(code);
  }
}

Result<std::string> part(CURLU* url, CURLUPart which, unsigned int flags = 0) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(url, which, &text, flags);
  if (code == CURLUE_NO_QUERY || code == CURLUE_NO_ZONEID) return std::string();
  if (code != CURLUE_OK) return refused(reason(code));
  std::string copy(text);
  curl_free(text);
  return copy;
}

// libcurl leaves the printable characters that RFC 3986 wants escaped as they are.
std::string escape_unsafe(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = byte > 0x20 && byte < 0x7F &&
                      std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
    escaped += safe ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return escaped;
}

Result<std::string> host_of(CURLU* url) {
  const Result<std::string> zone = part(url, CURLUPART_ZONEID);
  if (zone && !zone->empty()) return refused("an address with a zone is no webhook's");
  Result<std::string> host = part(url, CURLUPART_HOST);
  if (!host) return host;
  if (host->empty()) return refused("it has no host");
  // libcurl translates such names by the rules of the process's locale: another one each time.
  if (std::any_of(host->begin(), host->end(), [](char c) { return (c & 0x80) != 0; })) {
    return refused("its host is not ASCII (write it in its xn-- form)");
  }
  return host;
}

Result<std::string> target_of(CURLU* url) {
  const Result<std::string> path = part(url, CURLUPART_PATH);
  if (!path) return path;
  const Result<std::string> query = part(url, CURLUPART_QUERY);
  if (!query) return query;
  return escape_unsafe(*path + (query->empty() ? "" : "?" + *query));
}

}  // namespace

std::string Url::authority() const {
  const std::string name = ipv6 ? fmt::format("[{}]", host) : host;
  return port == (tls() ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  if (const Result<bool> form = check_form(text); !form) return form.error();
  const Handle handle(curl_url());
  if (handle == nullptr) return Error{ErrorCode::unavailable, "out of memory"};
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(),
                                      CURLU_DISALLOW_USER | CURLU_URLENCODE);
  if (code != CURLUE_OK) return refused(reason(code));

  Url url;
  url.scheme = lower(text.substr(0, text.find(':')));
  const Result<std::string> host = host_of(handle.get());
  if (!host) return host.error();
  url.ipv6 = host->starts_with('[');
  url.host = url.ipv6 ? host->substr(1, host->size() - 2) : *host;
  const Result<std::string> port = part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!port) return port.error();
  std::from_chars(port->data(), port->data() + port->size(), url.port);
  if (url.port == 0) return refused(reason(CURLUE_BAD_PORT_NUMBER));
  Result<std::string> target = target_of(handle.get());
  if (!target) return target.error();
  url.target = std::move(*target);
  return url;
}

}  // namespace roomle_sim
