#include "base/escapes.h"

#include <charconv>
#include <optional>

namespace roomle_sim {
namespace {

// Nothing: these are not `count` hex digits.
std::optional<unsigned> hex_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at > text.size() || text.size() - at < count) return std::nullopt;
  unsigned code = 0;
  const char* const end = text.data() + at + count;
  const auto [stopped, error] = std::from_chars(text.data() + at, end, code, 16);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return code;
}

char meant_by(char escaped) {
  switch (escaped) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return escaped;
  }
}

}  // namespace

std::string loosely_percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '%' ? hex_at(text, i + 1, 2) : std::nullopt;
    if (code) {
      decoded += static_cast<char>(*code);
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

JsonSpelling json_spelling(std::string_view written) {
  JsonSpelling plain;
  for (std::size_t i = 0; i < written.size(); ++i) {
    plain.places.push_back(i);
    if (written[i] != '\\' || i + 1 == written.size()) {
      plain.text += written[i];
      continue;
    }
    ++i;
    const auto code = written[i] == 'u' ? hex_at(written, i + 1, 4) : std::nullopt;
    if (code) {
      plain.text += *code < 0x80 ? static_cast<char>(*code) : '?';
      i += 4;
    } else {
      plain.text += meant_by(written[i]);
    }
  }
  plain.places.push_back(written.size());
  return plain;
}

}  // namespace roomle_sim
