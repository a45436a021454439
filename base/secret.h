// A text that must not be shown: it has no output operator and no formatter, so that a log line
// or an error message that tries to contain it does not compile.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace roomle_sim {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  // The bytes themselves, for the cipher alone. Valid as long as this object.
  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace roomle_sim
