// Made-up customers and ids, for `${gen.KIND}`: the same ones from the same seed, on every machine.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"

namespace roomle_sim {

// Threads: none; one for each scenario.
class Generators {
 public:
  using Value = std::variant<std::string, std::int64_t>;

  explicit Generators(Random random) : random_(random) {}

  // Nothing for an unknown kind. Of what identifies (all but the names), no two draws are equal.
  std::optional<Value> draw(std::string_view kind);

  // Their names: "email", …
  static std::vector<std::string_view> kinds();

 private:
  std::string text(std::string_view kind);

  Random random_;
  std::set<std::string> drawn_;
};

}  // namespace roomle_sim
