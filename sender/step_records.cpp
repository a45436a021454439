#include "sender/step_records.h"

#include <utility>

namespace roomle_sim {

void add_records(const OpenDelivery& delivery, const Step& step, TimePoint now,
                 const Attachments& attachments, std::vector<JournalRecord>& records) {
  for (const Effect& effect : step.effects) {
    const auto* what = std::get_if<Record>(&effect);
    if (what == nullptr) continue;
    JournalRecord record{delivery.id, now, *what, delivery.event, nullptr, {}, {}, {}};
    if (delivery.recipient) record.tenant = delivery.recipient->tenant;
    if (std::holds_alternative<record::AttemptStarted>(*what) ||
        std::holds_alternative<record::AttemptFinished>(*what)) {
      record.exchange = attachments.exchange;
    } else if (std::holds_alternative<record::MailFinished>(*what)) {
      record.receipt = attachments.receipt;
      record.mail_error = attachments.mail_error;
    }
    records.push_back(std::move(record));
  }
}

}  // namespace roomle_sim
