// Two values beside each other, line by line, for people. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roomle_sim {

struct ComparedLine {
  enum class Kind {
    same,
    changed,
    left_only,
    right_only,
    skipped,  // stands for lines that are the same, and too many to show; both texts are empty
  };
  Kind kind = Kind::same;
  std::string left;
  std::string right;
};

// What stands in a difference (scenarios/difference.h), as lines: a list or an object of JSON with
// a line for each of its parts, a text of several lines as these lines, anything else as it is.
std::vector<std::string> lines_of_value(std::string_view value);

// Lines that are the same are left out where they stand more than `context` away from others. In
// very long texts what differs is compared line by line, without looking for what was moved.
std::vector<ComparedLine> side_by_side(const std::vector<std::string>& left,
                                       const std::vector<std::string>& right,
                                       std::size_t context = 3);

struct TwoColumns {
  std::string left;  // filled up with spaces to the column's width
  std::string mark;  // " | " where they differ, " < " or " > " where there is but one
  std::string right;
};
// As rows for a terminal of `width` characters; longer texts go on in the next row. Control
// characters are for the caller to deal with beforehand.
std::vector<TwoColumns> two_columns(const std::vector<ComparedLine>& lines, std::size_t width);

}  // namespace roomle_sim
