#include "journal/json_text.h"

#include <nlohmann/json.hpp>

#include "tenants/encoding.h"

namespace roomle_sim {
namespace {

// How many bytes the character at the front has in UTF-8; 0 where it is none (RFC 3629).
std::size_t character_size(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  // Too long for what it says, a surrogate, or beyond the last character.
  const unsigned second = byte(1);
  const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return wrong ? 0 : size;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = character_size(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

void escape(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else {
    const auto code = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kDigits[code >> 4U];
    out += kDigits[code & 15U];
  }
}

}  // namespace

void JsonText::text(std::string_view bytes) {
  begin_value();
  put(bytes);
}

void JsonText::member(std::string_view name, std::string_view bytes) {
  begin_member(name);
  put(bytes);
}

// A comma goes before everything but what comes first.
std::string& JsonText::begin_value() {
  if (!out_.empty() && out_.back() != '[' && out_.back() != '{') out_ += ',';
  return out_;
}

std::string& JsonText::begin_member(std::string_view name) {
  begin_value() += '"';
  out_ += name;
  out_ += "\":";
  return out_;
}

void JsonText::put(std::string_view bytes) {
  if (!is_utf8(bytes)) {
    out_ += R"({"base64":")";
    out_ += base64_encode(bytes);
    out_ += "\"}";
    return;
  }
  out_ += '"';
  for (const char c : bytes) {
    if (needs_escape(c)) {
      escape(c, out_);
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

std::string bytes_of(const nlohmann::json& written) {
  if (written.is_string()) return written.get<std::string>();
  const auto coded = written.is_object() ? written.find("base64") : written.end();
  if (coded == written.end() || !coded->is_string()) return {};
  return base64_decode(coded->get_ref<const std::string&>()).value_or(std::string());
}

}  // namespace roomle_sim
