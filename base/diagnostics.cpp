#include "base/diagnostics.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kWindow = 160;  // bytes of a very long line that are shown around the caret

struct Line {
  std::size_t number = 1;  // from 1
  std::size_t column = 1;  // in characters, from 1
  std::size_t start = 0;   // byte offset of the line, behind a byte order mark
  std::string_view text;   // without its newline
};

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

Line line_of(const Location& where) {
  const std::string_view text = where.source->text;
  const std::size_t offset = std::min(where.offset, text.size());
  Line line;
  const std::string_view before = text.substr(0, offset);
  line.number += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  line.start = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t end = std::min(text.find('\n', offset), text.size());
  if (line.start == 0 && text.starts_with(kByteOrderMark)) line.start = kByteOrderMark.size();
  if (offset > line.start) line.column += characters(text.substr(line.start, offset - line.start));
  line.text = text.substr(line.start, std::max(end, line.start) - line.start);
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

// The excerpt and the messages show what stands in a file: it must not move the user's cursor.
std::string tame(std::string_view text) {
  std::string tamed(text);
  for (char& c : tamed) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) c = '?';
  }
  return tamed;
}

// Blanks the text or number that starts at `from` in `line`.
void mask_value(std::string& line, std::size_t from) {
  if (from >= line.size()) return;
  const bool quoted = line[from] == '"';
  if (!quoted && line[from] != '-' && std::isdigit(static_cast<unsigned char>(line[from])) == 0) {
    return;
  }
  for (std::size_t i = from + (quoted ? 1 : 0); i < line.size(); ++i) {
    const char c = line[i];
    const std::string_view ends = quoted ? std::string_view("\"") : std::string_view(" \t,}]");
    if (ends.find(c) != std::string_view::npos) return;
    if (c == '\\' && i + 1 < line.size()) line[i++] = '*';
    line[i] = '*';
  }
}

// The line with the value of each member called "secret" as asterisks, one a byte: an excerpt ends
// in the logs of build servers.
std::string without_secrets(const Line& line, std::string_view whole) {
  constexpr std::string_view kName = "\"secret\"";
  constexpr std::string_view kBetween = " \t\r\n:";
  std::string shown = tame(line.text);
  std::string_view before = whole.substr(0, line.start);
  while (!before.empty() && kBetween.find(before.back()) != std::string_view::npos) {
    before.remove_suffix(1);
  }
  if (before.ends_with(kName)) mask_value(shown, shown.find_first_not_of(kBetween));
  for (std::size_t at = shown.find(kName); at != std::string::npos; at = shown.find(kName, at)) {
    at += kName.size();
    mask_value(shown, shown.find_first_not_of(kBetween, at));
  }
  return shown;
}

// Cuts a very long line to whole characters around the byte `at`, and moves `at` along.
std::string_view window(std::string_view line, std::size_t& at) {
  if (line.size() <= kWindow) return line;
  std::size_t from = std::min(at, line.size() - 1);
  from -= std::min(from, kWindow / 2);
  while (from > 0 && !starts_character(line[from])) --from;
  std::size_t end = std::min(from + kWindow, line.size());
  while (end > from && end < line.size() && !starts_character(line[end])) --end;
  at -= std::min(at, from);
  return line.substr(from, end - from);
}

std::string excerpt(const Location& where) {
  const Line line = line_of(where);
  const std::string masked = without_secrets(line, where.source->text);
  std::size_t at = where.offset - std::min(where.offset, line.start);
  const std::string_view shown = window(masked, at);
  at = std::min(at, shown.size());
  std::string pad;
  for (const char c : shown.substr(0, at)) {
    if (starts_character(c)) pad += c == '\t' ? '\t' : ' ';
  }
  const std::size_t carets = std::max<std::size_t>(1, characters(shown.substr(at, where.length)));
  return fmt::format("{:>5} | {}\n      | {}{}\n", line.number, shown, pad,
                     "^" + std::string(carets - 1, '~'));
}

// Optimal string alignment: inserting, dropping, replacing a letter or swapping two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                              table[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::string describe(const Location& where) {
  const Line line = line_of(where);
  return fmt::format("{}:{}:{}", where.source->name, line.number, line.column);
}

void Diagnostics::add(Location where, std::string message, std::string expected) {
  list_.push_back({std::move(where), std::move(message), std::move(expected)});
}

std::string Diagnostics::render() const {
  std::vector<Diagnostic> sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.source->name, a.where.offset) <
           std::tie(b.where.source->name, b.where.offset);
  });
  std::string text;
  for (const Diagnostic& one : sorted) {
    text +=
        fmt::format("{}: {}\n{}", tame(describe(one.where)), tame(one.message), excerpt(one.where));
    if (!one.expected.empty()) text += fmt::format("      = {}\n", tame(one.expected));
  }
  return text;
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  constexpr std::size_t kLongestWord = 64;  // a longer one is no slip of the fingers
  if (word.size() > kLongestWord) return {};
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view best = closest(word, candidates);
  return best.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", best);
}

}  // namespace roomle_sim
