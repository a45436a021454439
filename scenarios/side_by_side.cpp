#include "scenarios/side_by_side.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace roomle_sim {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kLongest = 2000;  // lines of which the common ones are looked for
constexpr std::size_t kNarrowest = 12;  // a column's width

Lines split(std::string_view text) {
  Lines lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

// How many lines the rest from (i, j) on has in common at best.
class CommonLines {
 public:
  CommonLines(const Lines& left, const Lines& right)
      : columns_(right.size() + 1), lengths_((left.size() + 1) * columns_) {
    for (std::size_t i = left.size(); i-- > 0;) {
      for (std::size_t j = right.size(); j-- > 0;) {
        at(i, j) =
            left[i] == right[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  std::uint16_t& at(std::size_t i, std::size_t j) { return lengths_[i * columns_ + j]; }

 private:
  std::size_t columns_;
  std::vector<std::uint16_t> lengths_;
};

// Lines of either side that stand between two that are the same: paired as far as they go.
void flush(Lines& left, Lines& right, std::vector<ComparedLine>& into) {
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const bool has_left = i < left.size();
    const bool has_right = i < right.size();
    const ComparedLine::Kind kind =
        has_left && has_right
            ? (left[i] == right[i] ? ComparedLine::Kind::same : ComparedLine::Kind::changed)
        : has_left ? ComparedLine::Kind::left_only
                   : ComparedLine::Kind::right_only;
    into.push_back({kind, has_left ? left[i] : "", has_right ? right[i] : ""});
  }
  left.clear();
  right.clear();
}

std::vector<ComparedLine> compare_lines(const Lines& left, const Lines& right) {
  std::vector<ComparedLine> lines;
  Lines only_left;
  Lines only_right;
  if (left.size() > kLongest || right.size() > kLongest) {
    only_left = left;
    only_right = right;
    flush(only_left, only_right, lines);
    return lines;
  }
  CommonLines common(left, right);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() || j < right.size()) {
    if (i < left.size() && j < right.size() && left[i] == right[j]) {
      flush(only_left, only_right, lines);
      lines.push_back({ComparedLine::Kind::same, left[i++], right[j++]});
    } else if (j == right.size() ||
               (i < left.size() && common.at(i + 1, j) >= common.at(i, j + 1))) {
      only_left.push_back(left[i++]);
    } else {
      only_right.push_back(right[j++]);
    }
  }
  flush(only_left, only_right, lines);
  return lines;
}

// The bytes of the first `count` characters.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && count-- == 0) break;
  }
  return at;
}

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string_view mark_of(ComparedLine::Kind kind) {
  switch (kind) {
    case ComparedLine::Kind::changed:
      return " | ";
    case ComparedLine::Kind::left_only:
      return " < ";
    case ComparedLine::Kind::right_only:
      return " > ";
    case ComparedLine::Kind::same:
    case ComparedLine::Kind::skipped:
      break;
  }
  return "   ";
}

}  // namespace

std::vector<std::string> lines_of_value(std::string_view value) {
  const auto json = json_from(value);
  if (json.is_string() && json.get_ref<const std::string&>().find('\n') != std::string::npos) {
    return split(json.get_ref<const std::string&>());
  }
  if (json.is_structured() && json.size() > 1) return split(json_text(json, 2));
  return split(value);
}

std::vector<ComparedLine> side_by_side(const Lines& left, const Lines& right, std::size_t context) {
  const std::vector<ComparedLine> all = compare_lines(left, right);
  std::vector<bool> shown(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind == ComparedLine::Kind::same) continue;
    const std::size_t first = i > context ? i - context : 0;
    for (std::size_t j = first; j < std::min(all.size(), i + context + 1); ++j) shown[j] = true;
  }
  std::vector<ComparedLine> lines;
  for (std::size_t i = 0; i < all.size(); ++i) {
    // A mark for one line takes as much room as the line.
    const bool alone = (i == 0 || shown[i - 1]) && (i + 1 == all.size() || shown[i + 1]);
    if (shown[i] || alone) {
      lines.push_back(all[i]);
    } else if (lines.empty() || lines.back().kind != ComparedLine::Kind::skipped) {
      lines.push_back({ComparedLine::Kind::skipped, "", ""});
    }
  }
  return lines;
}

std::vector<TwoColumns> two_columns(const std::vector<ComparedLine>& lines, std::size_t width) {
  std::size_t longest = 0;
  for (const ComparedLine& line : lines) longest = std::max(longest, characters_of(line.left));
  const std::size_t most = std::max(kNarrowest, width > 3 ? (width - 3) / 2 : 0);
  const std::size_t column = std::clamp(longest, kNarrowest, most);
  std::vector<TwoColumns> rows;
  for (const ComparedLine& line : lines) {
    std::string_view left =
        line.kind == ComparedLine::Kind::skipped ? "…" : std::string_view(line.left);
    std::string_view right =
        line.kind == ComparedLine::Kind::skipped ? "…" : std::string_view(line.right);
    do {
      const std::string_view one = left.substr(0, bytes_of(left, column));
      const std::string_view other = right.substr(0, bytes_of(right, most));
      rows.push_back({std::string(one) + std::string(column - characters_of(one), ' '),
                      std::string(mark_of(line.kind)), std::string(other)});
      left.remove_prefix(one.size());
      right.remove_prefix(other.size());
    } while (!left.empty() || !right.empty());
  }
  return rows;
}

}  // namespace roomle_sim
