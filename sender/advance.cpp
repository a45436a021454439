#include "sender/advance.h"

#include <utility>

namespace roomle_sim {

Advanced advance(OpenDelivery& delivery, const Input& input, Attachments attachments,
                 const OutgoingOptions& outgoing, TimePoint now) {
  const std::optional<Deadline> before = delivery.machine.next();
  Advanced advanced;
  advanced.step = delivery.machine.step(input, now);
  advanced.rescheduled = advanced.step.next != before;
  if (find_effect<effect::StartAttempt>(advanced.step) != nullptr) {
    Result<Exchange> exchange =
        compose_attempt(*delivery.recipient->tenant, delivery.recipient->credential,
                        delivery.event->body(), outgoing, now);
    // Recipients has made a key of this secret before, so a token can be made too.
    attachments.exchange = std::make_shared<const Exchange>(std::move(exchange).value());
  }
  advanced.exchange = attachments.exchange;
  std::vector<JournalRecord> records;
  add_records(delivery, advanced.step, now, attachments, records);
  if (!records.empty()) {
    advanced.records = std::make_shared<const std::vector<JournalRecord>>(std::move(records));
  }
  return advanced;
}

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
