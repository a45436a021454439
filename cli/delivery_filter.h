// The flags that say which deliveries are meant: of `deliveries list` and `deliveries resend`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/command.h"

namespace roomle_sim {

// A moment: "2026-11-23T22:08:06Z", with decimals and an offset where wanted, or a date alone,
// which is its first moment in UTC. Nothing where it is neither.
std::optional<TimePoint> read_moment(const std::string& text);

// Must outlive the parsing.
class DeliveryFilterFlags {
 public:
  void add_to(Command& command);

  struct Parameter {
    std::string name;  // as the inspector calls it
    std::string value;
    bool is_flag = false;  // a boolean: "true"
  };
  // What is set, in the inspector's words. `now` is what --since counts from.
  [[nodiscard]] std::vector<Parameter> parameters(TimePoint now) const;

 private:
  std::string tenant_;
  std::string event_;
  std::string outcome_;
  std::string reason_;
  bool open_ = false;
  std::optional<Duration> since_;
  std::optional<TimePoint> from_;
  std::optional<TimePoint> until_;
};

}  // namespace roomle_sim
