#include "scenarios/report_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The length of the well-formed UTF-8 character at the start of `text`, or 0.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  if (length == 3) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    const bool no_character = first == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE;
    if (overlong || surrogate || no_character) return 0;
  }
  const bool out_of_range =
      length == 4 && ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90));
  return out_of_range ? 0 : length;
}

std::string escape_ascii(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    // In an attribute these would be read back as spaces.
    case '\n':
    case '\t':
    case '\r':
      return fmt::format("&#{};", static_cast<int>(c));
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7F) return fmt::format("\\x{:02x}", byte);
  return {c};
}

// For a line that holds two of them.
std::string shortened(const std::string& value) {
  constexpr std::size_t kLongest = 300;
  if (value.size() <= kLongest) return value;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("{}… ({} bytes in all)", value.substr(0, end), value.size());
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 1) {
      escaped += escape_ascii(text.front());
    } else {
      escaped += length == 0 ? kReplacement : text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return escaped;
}

std::string describe(const Difference& difference) {
  return fmt::format("{}: {}: expected {}, got {}", describe(difference.where), difference.name,
                     shortened(difference.expected), shortened(difference.actual));
}

std::size_t line_of(const Location& where) {
  std::size_t line = 1;
  if (!where.source) return line;
  for (const char c : std::string_view(where.source->text).substr(0, where.offset)) {
    if (c == '\n') ++line;
  }
  return line;
}

double fractional_milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace roomle_sim
