#include "tenants/encoding.h"

#include <algorithm>
#include <climits>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace roomle_sim {
namespace {

bool in_alphabet(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// OpenSSL's functions count in int; nothing near that is ever encoded here.
constexpr std::size_t kLongest = INT_MAX / 2;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  if (bytes.size() > kLongest) throw std::length_error("base64_encode: too long");
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a final NUL
  const int length =
      EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string base64_url_form(std::string base64) {
  std::replace(base64.begin(), base64.end(), '+', '-');
  std::replace(base64.begin(), base64.end(), '/', '_');
  return base64;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  std::string whole(text);
  std::replace(whole.begin(), whole.end(), '-', '+');
  std::replace(whole.begin(), whole.end(), '_', '/');
  if (whole.ends_with('=')) {
    if (whole.size() % 4 != 0) return std::nullopt;
    whole.pop_back();
    if (whole.ends_with('=')) whole.pop_back();
  }
  // OpenSSL skips white space and takes '=' anywhere near the end: look at each character first.
  if (whole.size() % 4 == 1 || !std::all_of(whole.begin(), whole.end(), in_alphabet)) {
    return std::nullopt;
  }
  const std::size_t padding = (4 - whole.size() % 4) % 4;
  whole.append(padding, '=');
  std::string bytes(whole.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(bytes_of(bytes), bytes_of(std::string_view(whole)),
                                     static_cast<int>(whole.size()));
  if (length != static_cast<int>(bytes.size())) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  // The bits that the last character leaves over must be zero, else two texts mean the same bytes.
  if (padding > 0 && base64_encode(bytes) != whole) return std::nullopt;
  return bytes;
}

std::string hex_encode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::optional<unsigned> high = hex_digit(text[i]);
    const std::optional<unsigned> low = hex_digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high << 4U | *low);
  }
  return bytes;
}

}  // namespace roomle_sim
