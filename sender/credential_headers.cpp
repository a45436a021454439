#include "sender/credential_headers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace roomle_sim {
namespace {

constexpr std::array<std::string_view, 10> kMarks{"authoriz", "authentic", "cookie",     "token",
                                                  "secret",   "passw",     "credential", "apikey",
                                                  "session",  "signature"};
// These stand as a word of the name, between dashes, since they are parts of harmless words too.
constexpr std::array<std::string_view, 4> kWords{"auth", "key", "pass", "jwt"};

}  // namespace

bool holds_credentials(std::string_view name) {
  std::string words = "-";
  for (const char c : name) {
    words += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  words += '-';
  std::string letters = words;
  std::erase(letters, '-');
  return std::ranges::any_of(
             kMarks, [&](std::string_view mark) { return letters.find(mark) != letters.npos; }) ||
         std::ranges::any_of(kWords, [&](std::string_view word) {
           return words.find("-" + std::string(word) + "-") != words.npos;
         });
}

Headers without_credentials(const Headers& headers, std::string_view token) {
  Headers kept = headers;
  for (auto& [name, value] : kept) {
    if (holds_credentials(name) && (token.empty() || value != token)) value = kNotKept;
  }
  return kept;
}

}  // namespace roomle_sim
