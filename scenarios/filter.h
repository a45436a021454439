// Which scenarios to run: "retry and not slow", "name:timeout or (webhook and file:ci/)".
//
//   TAG            has this tag
//   name:TEXT      its name contains TEXT, in any case
//   is:TEXT        TEXT is its name
//   file:TEXT      the path of its file contains TEXT
//   not, and, or   in this order; parentheses. A text with spaces or parentheses stands in quotes,
//                  a quote in it twice.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

// Immutable once parsed.
class Filter {
 public:
  struct Node;

  // usage: what is wrong with it, and where.
  static Result<Filter> parse(std::string_view text);

  [[nodiscard]] bool matches(const Scenario& scenario) const;
  // That stand in it.
  [[nodiscard]] const std::vector<std::string>& tags() const { return tags_; }

 private:
  std::shared_ptr<const Node> root_;
  std::vector<std::string> tags_;
};

}  // namespace roomle_sim
