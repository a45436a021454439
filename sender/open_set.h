// The deliveries that have not ended, within bounds: back-pressure begins here.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "sender/open_delivery.h"

namespace roomle_sim {

struct OpenLimits {
  std::size_t deliveries = 100'000;
  std::size_t bytes = 64UL * 1024 * 1024;  // of their events
  std::size_t event_bytes = 64UL * 1024;   // of one event
};

// Threads: none; its owner locks.
class BoundedOpenSet {
 public:
  explicit BoundedOpenSet(const OpenLimits& limits) : limits_(limits) {}

  // Takes a new one, or says why not: bad_input, its event is too large for ever; busy, again
  // later.
  std::optional<Error> admit(const OpenPtr& delivery);
  // Takes one that was accepted before, however many there are.
  void take_up(const OpenPtr& delivery);
  void remove(const OpenPtr& delivery);

  [[nodiscard]] OpenPtr find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return open_.size(); }
  [[nodiscard]] bool empty() const { return open_.empty(); }

 private:
  const OpenLimits limits_;
  OpenSet open_;
  std::size_t bytes_ = 0;
};

}  // namespace roomle_sim
