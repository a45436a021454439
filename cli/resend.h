// roomle-sim deliveries resend ID, or all that match.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/delivery_filter.h"

namespace roomle_sim {

struct ResendFlags {
  ClientOptions client;
  DeliveryFilterFlags filter;
  std::string id;
  bool dry_run = false;
  std::optional<std::uint64_t> limit;  // nothing: all that match

  void add_to(Command& command);
};

// The exit code. Each request carries an Idempotency-Key of its own, and is made once more where
// no answer came: what was sent already is not sent twice.
int resend(Console& console, const ResendFlags& flags);

}  // namespace roomle_sim
