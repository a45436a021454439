#include "base/diagnostics.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

struct Line {
  std::size_t number = 1;   // from 1
  std::size_t column = 1;   // in characters, from 1
  std::string_view text;    // without its newline
  std::size_t start = 0;    // byte offset of the line
};

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

Line line_of(const Location& where) {
  const std::string_view text = where.source->text;
  const std::size_t offset = std::min(where.offset, text.size());
  Line line;
  const std::string_view before = text.substr(0, offset);
  line.number += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  line.start = newline == std::string_view::npos ? 0 : newline + 1;
  const std::string_view left = text.substr(line.start, offset - line.start);
  line.column += static_cast<std::size_t>(std::count_if(left.begin(), left.end(), starts_character));
  line.text = text.substr(line.start, text.find('\n', offset) - line.start);
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

// A very long line is cut to a window around the caret.
constexpr std::size_t kWindow = 160;

std::string excerpt(const Location& where) {
  const Line line = line_of(where);
  std::size_t in_line = where.offset - std::min(where.offset, line.start);
  std::string_view shown = line.text;
  if (shown.size() > kWindow) {
    std::size_t from = in_line > kWindow / 2 ? in_line - kWindow / 2 : 0;
    while (from > 0 && from < shown.size() && !starts_character(shown[from])) --from;
    shown = shown.substr(std::min(from, shown.size()), kWindow);
    while (!shown.empty() && !starts_character(shown.back())) shown.remove_suffix(1);
    in_line -= from;
  }
  std::string pad;
  for (const char c : shown.substr(0, std::min(in_line, shown.size()))) {
    if (starts_character(c)) pad += c == '\t' ? '\t' : ' ';
  }
  const std::size_t room = shown.size() > in_line ? shown.size() - in_line : 1;
  const std::size_t carets = std::clamp<std::size_t>(where.length, 1, room);
  return fmt::format("{:>5} | {}\n      | {}{}\n", line.number, shown, pad,
                     "^" + std::string(carets - 1, '~'));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
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
    text += fmt::format("{}: {}\n{}", describe(one.where), one.message, excerpt(one.where));
    if (!one.expected.empty()) text += fmt::format("      = {}\n", one.expected);
  }
  return text;
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
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
