#include "cli/command_secrets.h"

#include <algorithm>
#include <optional>

#include "base/credential_names.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kOfNames =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kQuotes = "\"'";

std::size_t skip(std::string_view text, std::size_t at, std::string_view letters) {
  return std::min(text.find_first_not_of(letters, at), text.size());
}

std::string name_without_dashes(std::string_view name) {
  return std::string(name.substr(skip(name, 0, "-")));
}

// The separator at `at` and what belongs to it; nothing: it is none, as in "http://".
std::optional<std::size_t> behind_separator(std::string_view word, std::size_t at) {
  if (word[at] == '=') return at + 1;
  if (word[at] != ':' || word.substr(at).starts_with("://")) return std::nullopt;
  return skip(word, at + 1, kBlanks);
}

// NAME=VALUE as the whole of a word.
std::optional<LeftOut> value_of(std::string_view word) {
  const std::size_t end = skip(word, 0, kOfNames);
  const std::string_view name = word.substr(0, end);
  if (end == word.size() || !holds_credentials(name)) return std::nullopt;
  const auto value = behind_separator(word, end);
  if (!value || *value == word.size()) return std::nullopt;
  return LeftOut{{*value, word.size()}, name_without_dashes(name)};
}

// Where a value ends that begins at `at`. In a script a header's goes to the end of its quotes.
std::size_t end_of_value(std::string_view word, std::size_t at, char separator) {
  const std::string_view ends = separator == ':' ? "\"'\n" : " \t\r\n\"';";
  return std::min(word.find_first_of(ends, at), word.size());
}

// The name that ends at `end`, perhaps with a quote behind it, as in JSON.
std::string_view name_before(std::string_view word, std::size_t end) {
  std::string_view before = word.substr(0, end);
  if (!before.empty() && kQuotes.find(before.back()) != kQuotes.npos) before.remove_suffix(1);
  const std::size_t other = before.find_last_not_of(kOfNames);
  return other == before.npos ? before : before.substr(other + 1);
}

// Of a URL's query: it goes only to the next field (base/credential_names.h).
bool is_field(std::string_view word, std::string_view name) {
  return name.data() > word.data() && std::string_view("?&").find(name.data()[-1]) != name.npos;
}

}  // namespace

std::vector<LeftOut> secrets_of_word(std::string_view word) {
  if (auto whole = value_of(word)) return {*std::move(whole)};
  std::vector<LeftOut> found;
  for (std::size_t at = word.find_first_of("=: "); at < word.size();
       at = word.find_first_of("=: ", at + 1)) {
    const std::string_view name = name_before(word, at);
    if (name.empty() || !holds_credentials(name) || is_field(word, name)) continue;
    if (word[at] == ' ' && !name.starts_with('-')) continue;
    auto begin = word[at] == ' ' ? skip(word, at, kBlanks) : behind_separator(word, at);
    if (!begin || *begin == word.size()) continue;
    const bool quoted = kQuotes.find(word[*begin]) != kQuotes.npos;
    const std::size_t end = quoted ? std::min(word.find(word[*begin], *begin + 1), word.size())
                                   : end_of_value(word, *begin, word[at]);
    if (quoted) ++*begin;
    if (*begin < end) found.push_back({{*begin, end}, name_without_dashes(name)});
    at = std::max(at, end - 1);
  }
  return found;
}

bool names_next_word(std::string_view word) {
  return word.starts_with('-') && skip(word, 0, kOfNames) == word.size() && holds_credentials(word);
}

}  // namespace roomle_sim
