// One step of a delivery that a driver holds: the machine takes it, the POST that it starts is put
// together, and its records are made. What both drivers (the dispatcher, the simulation) share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/random.h"
#include "sender/delivery.h"
#include "sender/journal.h"
#include "sender/open_delivery.h"
#include "sender/outgoing.h"

namespace roomle_sim {

// What goes with a step's records beyond what the pure machine knows.
struct Attachments {
  std::shared_ptr<const Exchange> exchange;
  std::optional<MailReceipt> receipt;
  std::optional<MailError> mail_error;
};

// A step that the machine has taken.
struct Advanced {
  Step step;
  std::shared_ptr<const Exchange> exchange;  // of the attempt that it starts
  bool rescheduled = false;                  // its deadline is another one now
  Journal::Records records;                  // null: there are none
};

// Feeds one input at `now`, with the delivery's mutex held meanwhile. The recipient must be there.
// Its records are still to be written.
Advanced advance(OpenDelivery& delivery, const Input& input, Attachments attachments,
                 const OutgoingOptions& outgoing, TimePoint now);

// Adds the records of `step`, made at `now`, each with what belongs to it.
void add_records(const OpenDelivery& delivery, const Step& step, TimePoint now,
                 const Attachments& attachments, std::vector<JournalRecord>& records);

// The first effect of that kind, or null.
template <class Wanted>
const Wanted* find_effect(const Step& step) {
  for (const Effect& effect : step.effects) {
    if (const auto* found = std::get_if<Wanted>(&effect)) return found;
  }
  return nullptr;
}

// Whether the act behind the deadline waits for a slot, and not for the clock alone.
inline bool waits_for_slot(const Deadline& deadline) {
  return deadline.reason == Deadline::Reason::attempt_due ||
         deadline.reason == Deadline::Reason::mail_due;
}

// The lane of all mails, beside those of the tenants. No tenant's: the vendor's ids are not
// negative.
inline constexpr std::int64_t kMailLane = INT64_MIN;

inline std::int64_t lane_of(const OpenDelivery& delivery, const Deadline& deadline) {
  return deadline.reason == Deadline::Reason::mail_due ? kMailLane : delivery.recipient->tenant->id;
}

// The generators of the jitter. Split per tenant and then per event, so that one tenant's jitter
// does not depend on another's traffic. Threads: none; its owner locks.
class JitterSeeds {
 public:
  explicit JitterSeeds(std::uint64_t seed) : seed_(seed) {}

  // Of the tenant's next delivery.
  Random next(std::int64_t tenant_id) {
    const std::uint64_t number = accepted_[tenant_id]++;
    return seed_.split(static_cast<std::uint64_t>(tenant_id)).split(number);
  }

 private:
  const Random seed_;
  std::unordered_map<std::int64_t, std::uint64_t> accepted_;  // per tenant
};

}  // namespace roomle_sim
