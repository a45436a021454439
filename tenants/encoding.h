// Base64 (RFC 4648, padded) and hex, both strict when reading.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roomle_sim {

std::string base64_encode(std::string_view bytes);
// '+' written '-', '/' written '_', padding kept (vendor's page "Authentication").
std::string base64_url_form(std::string base64);
// Reads both alphabets; padding may be missing. Nothing where a character or the length is wrong.
std::optional<std::string> base64_decode(std::string_view text);

// Lower case, two digits a byte.
std::string hex_encode(std::string_view bytes);
// Reads both cases. Nothing where a character is no digit or the last byte has one digit only.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace roomle_sim
