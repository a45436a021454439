#include "base/credential_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/escapes.h"

namespace roomle_sim {
namespace {

constexpr std::array<std::string_view, 15> kMarks{"authoriz",  "authentic",  "cookie",     "token",
                                                  "secret",    "passw",      "credential", "apikey",
                                                  "session",   "signature",  "passphrase", "bearer",
                                                  "accesskey", "privatekey", "authkey"};
// These stand as a word of the name, between dashes, since they are parts of harmless words too.
constexpr std::array<std::string_view, 7> kWords{"auth", "oauth", "key", "pass",
                                                 "jwt",  "pwd",   "sig"};

enum class Letter { none, small, capital, digit };

Letter kind_of_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (std::isdigit(byte) != 0) return Letter::digit;
  if (std::isupper(byte) != 0) return Letter::capital;
  return std::isalpha(byte) != 0 || byte >= 0x80 ? Letter::small : Letter::none;
}

// In small letters, each word between dashes: "accessKey", "ACCESS_KEY" and "access.key2" begin
// with "-access-key-", and "APIKey" is "-api-key-".
std::string words_of(std::string_view name) {
  std::string words = "-";
  Letter before = Letter::none;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const Letter kind = kind_of_letter(name[i]);
    const bool ends_capitals = kind == Letter::capital && before == Letter::capital &&
                               i + 1 < name.size() && kind_of_letter(name[i + 1]) == Letter::small;
    const bool goes_on = kind == before || (kind == Letter::small && before == Letter::capital);
    if ((!goes_on || ends_capitals) && words.back() != '-') words += '-';
    if (kind != Letter::none) {
      words += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
    before = kind;
  }
  if (words.back() != '-') words += '-';
  return words;
}

// Without regard to case; `word` is in small letters.
bool is_word(std::string_view name, std::string_view word) {
  return name.size() == word.size() &&
         std::equal(name.begin(), name.end(), word.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

// "h", "h:80", "[::1]:80": there is no password in it.
bool is_host(std::string_view authority) {
  constexpr std::size_t kLongestPort = 5;
  const bool bracketed = authority.starts_with('[') && authority.find(']') != authority.npos;
  const std::size_t end = bracketed ? authority.find(']') + 1 : authority.find(':');
  const std::string_view rest = authority.substr(std::min(end, authority.size()));
  return rest.empty() || (rest.starts_with(':') && rest.size() <= kLongestPort + 1 &&
                          rest.find_first_not_of("0123456789", 1) == rest.npos);
}

// A password may have a "/", "?" or "#" in it that should have been escaped. So where there is user
// info, or what is neither that nor a host with its port, all is hidden up to the last "@" before a
// blank, even if that is a mail address's: of a URL with a password rather too much. Where a host
// stands ("http://h:80/u?email=a@b.example") an "@" behind it belongs to the path or the query, and
// is shown. The price: "user:12/34@h" is such a host with its port.
void find_user_info(std::string_view text, std::vector<Stretch>& found) {
  std::size_t next = 0;
  for (std::size_t scheme = text.find("://"); scheme != text.npos;
       scheme = text.find("://", next)) {
    const std::size_t host = next = scheme + 3;
    const std::size_t path = std::min(text.find_first_of("/?#", host), text.size());
    const std::string_view authority = text.substr(host, path - host);
    std::size_t length = authority.rfind('@');
    if (length == authority.npos && is_host(authority)) continue;
    const std::size_t blank = std::min(text.find_first_of(" \t\r\n", host), text.size());
    const std::size_t last = text.substr(host, blank - host).rfind('@');
    if (last != text.npos && (length == text.npos || last > length)) length = last;
    next = length == text.npos ? blank : host + length;
    if (length != text.npos && length > 0) found.push_back({host, host + length});
  }
}

// A "?" parts fields too, in case that another URL follows; so does "#", where an answer to OAuth
// has its token.
void find_fields(std::string_view text, std::vector<Stretch>& found) {
  std::size_t end = 0;  // of the value: looked for once, however many "?" stand before it
  for (std::size_t mark = text.find_first_of("?#"); mark < text.size();) {
    const std::size_t begin = mark + 1;
    mark = std::min(text.find_first_of("?&#", begin), text.size());
    if (end < begin) end = std::min(text.find_first_of("&#", begin), text.size());
    const std::size_t equals = text.substr(0, mark).find('=', begin);
    if (equals == text.npos || equals + 1 == end) continue;
    const std::string name = loosely_percent_decoded(text.substr(begin, equals - begin));
    if (holds_credentials_in_query(name)) found.push_back({equals + 1, end});
  }
}

}  // namespace

bool holds_credentials(std::string_view name) {
  const std::string words = words_of(name);
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

std::vector<Stretch> merged(std::vector<Stretch> stretches) {
  std::ranges::sort(stretches, {}, &Stretch::begin);
  std::vector<Stretch> apart;
  for (const Stretch& one : stretches) {
    if (!apart.empty() && one.begin < apart.back().end) {
      apart.back().end = std::max(apart.back().end, one.end);
    } else {
      apart.push_back(one);
    }
  }
  return apart;
}

std::vector<Stretch> url_credentials(std::string_view text) {
  std::vector<Stretch> found;
  find_user_info(text, found);
  find_fields(text, found);
  return merged(std::move(found));
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
