#include "endpoint/request_head.h"

#include <algorithm>
#include <charconv>

namespace roomle_sim {
namespace {

// RFC 9110, 5.6.2: what methods and header names consist of.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Digits alone: no sign, no space, no list.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

Framing refused(int status, std::string why) {
  Framing framing;
  framing.refusal = status;
  framing.why = std::move(why);
  return framing;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<RequestLine> parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  const bool right = is_token(line.substr(0, first)) && !target.empty() &&
                     std::none_of(target.begin(), target.end(), is_control) &&
                     (version == "HTTP/1.1" || version == "HTTP/1.0");
  if (!right) return std::nullopt;
  return RequestLine{std::string(line.substr(0, first)), std::string(target),
                     version == "HTTP/1.0"};
}

std::optional<Headers> parse_header_lines(std::string_view lines) {
  Headers headers;
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
    const std::string_view value = line.substr(colon + 1);
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return is_control(c) && c != '\t'; })) {
      return std::nullopt;
    }
    headers.emplace_back(line.substr(0, colon), trimmed(value));
  }
  return headers;
}

Framing framing_of(const Headers& headers, bool http10) {
  Framing framing;
  bool has_length = false;
  for (const auto& [name, value] : headers) {
    if (equal_ignoring_case(name, "Transfer-Encoding")) {
      if (framing.chunked || http10) return refused(400, "the Transfer-Encoding is wrong");
      if (!equal_ignoring_case(value, "chunked")) {
        return refused(501, "the only Transfer-Encoding that is read is chunked");
      }
      framing.chunked = true;
    } else if (equal_ignoring_case(name, "Content-Length")) {
      const std::optional<std::uint64_t> length = parse_length(value);
      if (!length) return refused(400, "the Content-Length is no number");
      if (has_length && *length != framing.length) {
        return refused(400, "there are two Content-Lengths that differ");
      }
      framing.length = *length;
      has_length = true;
    }
  }
  if (framing.chunked && has_length) {
    return refused(400, "there is a Content-Length beside a Transfer-Encoding");
  }
  return framing;
}

bool header_has_word(const Headers& headers, std::string_view name, std::string_view word) {
  for (const auto& [header, value] : headers) {
    if (!equal_ignoring_case(header, name)) continue;
    for (std::string_view rest = value;;) {
      const std::size_t comma = rest.find(',');
      if (equal_ignoring_case(trimmed(rest.substr(0, comma)), word)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

}  // namespace roomle_sim
