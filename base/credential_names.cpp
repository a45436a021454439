#include "base/credential_names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace roomle_sim {
namespace {

constexpr std::array<std::string_view, 12> kMarks{"authoriz", "authentic", "cookie",     "token",
                                                  "secret",   "passw",     "credential", "apikey",
                                                  "session",  "signature", "passphrase", "bearer"};
// These stand as a word of the name, between dashes, since they are parts of harmless words too.
constexpr std::array<std::string_view, 6> kWords{"auth", "key", "pass", "jwt", "pwd", "sig"};

// Without regard to case; `word` is in small letters.
bool is_word(std::string_view name, std::string_view word) {
  return name.size() == word.size() &&
         std::equal(name.begin(), name.end(), word.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

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

bool holds_credentials_in_query(std::string_view name) {
  return holds_credentials(name) || is_word(name, "code");
}

std::vector<Stretch> url_credentials(std::string_view text) {
  std::vector<Stretch> found;
  const std::size_t scheme = text.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = std::min(text.find_first_of("/?#", host), text.size());
  const std::size_t behind = text.substr(0, at).rfind('@');
  if (scheme != std::string_view::npos && behind != std::string_view::npos && behind > host) {
    found.push_back({host, behind});
  }
  for (std::size_t mark = text.find('?'); mark != std::string_view::npos;) {
    const std::size_t begin = mark + 1;
    const std::size_t end = std::min(text.find_first_of("&#", begin), text.size());
    mark = text.find('&', begin);
    const std::size_t equals = text.substr(0, end).find('=', begin);
    if (equals == std::string_view::npos || equals + 1 == end) continue;
    if (!holds_credentials_in_query(text.substr(begin, equals - begin))) continue;
    found.push_back({equals + 1, end});
  }
  return found;
}

std::string without_url_credentials(std::string_view text) {
  std::string shown;
  std::size_t kept = 0;  // up to there `text` is in `shown`
  for (const auto& [begin, end] : url_credentials(text)) {
    shown.append(text.substr(kept, begin - kept)).append(kMasked);
    kept = end;
  }
  return shown.append(text.substr(kept));
}

}  // namespace roomle_sim
