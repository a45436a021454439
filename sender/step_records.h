// From a step of the pure machine to the records that a journal keeps.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "sender/delivery.h"
#include "sender/journal.h"
#include "sender/open_delivery.h"

namespace roomle_sim {

// What goes with a step's records beyond what the pure machine knows.
struct Attachments {
  std::shared_ptr<const Exchange> exchange;
  std::optional<MailReceipt> receipt;
  std::optional<MailError> mail_error;
};

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

}  // namespace roomle_sim
