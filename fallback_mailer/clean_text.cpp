#include "fallback_mailer/clean_text.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace roomle_sim {
namespace {

// Lines with encoded words may have 76 characters (RFC 2047, 2). "X-Roomle-Fallback-Reason: ", the
// longest header name here, takes 26 of them, and "=?UTF-8?Q?" with "?=" takes 12.
constexpr std::size_t kRoomInWord = 38;
// A longer word could not be folded.
constexpr std::size_t kLongestPlainWord = 50;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// How many bytes of a control character or line separator stand at the front; 0: none.
std::size_t control_length(std::string_view text) {
  if (is_control(text.front())) return 1;
  if (text.size() >= 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) return 2;
  if (text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9")) return 3;
  return 0;
}

// As a display name may have it (RFC 2047, 5 (3)), which every other header may too.
std::string encode_character(std::string_view character) {
  if (character == " ") return "_";
  std::string encoded;
  for (const char c : character) {
    const auto byte = static_cast<unsigned char>(c);
    encoded +=
        byte < 0x80 && std::isalnum(byte) != 0 ? std::string(1, c) : fmt::format("={:02X}", byte);
  }
  return encoded;
}

bool reads_back_plain(std::string_view text) {
  if (text.find("=?") != std::string_view::npos) return false;
  std::size_t word = 0;
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;  // char may be signed: this is all but printable ASCII
    word = c == ' ' ? 0 : word + 1;
    if (word > kLongestPlainWord) return false;
  }
  return true;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  using nlohmann::json;
  const std::string quoted = json_text(json(std::string(text)));
  return json_from<nlohmann::json>(quoted).get<std::string>();
}

std::string one_line(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string line;
  bool space = false;
  for (std::string_view rest = valid; !rest.empty();) {
    const std::size_t control = rest.front() == ' ' ? 1 : control_length(rest);
    if (control > 0) {
      space = !line.empty();
      rest.remove_prefix(control);
      continue;
    }
    if (space) line += ' ';
    space = false;
    line += rest.front();
    rest.remove_prefix(1);
  }
  return line;
}

std::string clean_lines(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string lines;
  for (std::string_view rest = valid; !rest.empty();) {
    const std::size_t control = rest.starts_with("\r\n") ? 2 : control_length(rest);
    const char first = rest.front();
    if (first == '\n' || first == '\r' || control == 3) {
      lines += '\n';
    } else if (control == 0 || first == '\t') {
      lines += first;
    }
    rest.remove_prefix(std::max<std::size_t>(control, 1));
  }
  constexpr std::string_view kBlank = " \t\n";
  lines.erase(0, std::min(lines.find_first_not_of(kBlank), lines.size()));
  lines.erase(lines.find_last_not_of(kBlank) + 1);
  return lines;
}

std::string shorten(std::string text, std::size_t bytes) {
  constexpr std::string_view kCut = "[…]";
  if (text.size() <= bytes) return text;
  std::size_t end = bytes - std::min(bytes, kCut.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text.append(kCut);
}

std::string html_escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

bool is_web_link(std::string_view url) {
  std::string scheme(url.substr(0, url.find(':')));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (scheme != "http" && scheme != "https") return false;
  std::string_view rest = url.substr(scheme.size());
  if (!rest.starts_with("://")) return false;
  rest.remove_prefix(3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  const auto unfit = [](char c) {
    return is_control(c) || std::string_view(" \"'<>\\`").find(c) != std::string_view::npos;
  };
  return !host.empty() && std::none_of(rest.begin(), rest.end(), unfit);
}

// Q and not B: GMime's reader joins neighbouring words and then stops at base64's padding.
std::string encode_words(std::string_view one_line) {
  if (reads_back_plain(one_line)) return std::string(one_line);
  std::string words;
  std::string word;
  const auto flush = [&] {
    if (!words.empty()) words += ' ';
    words += "=?UTF-8?Q?" + word + "?=";
    word.clear();
  };
  for (std::string_view rest = one_line; !rest.empty();) {
    std::size_t size = 1;  // a word holds whole characters (RFC 2047, 5)
    while (size < rest.size() && is_continuation(rest[size])) ++size;
    const std::string character = encode_character(rest.substr(0, size));
    if (word.size() + character.size() > kRoomInWord) flush();
    word += character;
    rest.remove_prefix(size);
  }
  flush();
  return words;
}

}  // namespace roomle_sim
