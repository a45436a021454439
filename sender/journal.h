// What happened, in order: each delivery's records, with what the pure machine does not know.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sender/delivery.h"
#include "sender/event.h"
#include "sender/fallback_mailbox.h"
#include "sender/transport.h"
#include "tenants/tenant.h"

namespace roomle_sim {

// The attempt as it went over the wire.
struct Exchange {
  AttemptRequest request;
  AttemptResult result;   // still empty in AttemptStarted
  std::string token;      // the header's value
  std::string plaintext;  // what was encrypted in it
};

struct JournalRecord {
  std::string delivery;
  TimePoint at;
  Record what;
  // What goes with it, where there is something: else null.
  std::shared_ptr<const Event> event;        // always
  std::shared_ptr<const Tenant> tenant;      // always
  std::shared_ptr<const Exchange> exchange;  // AttemptStarted, AttemptFinished
  std::optional<MailReceipt> receipt;        // MailFinished, handed over
  std::optional<MailError> mail_error;       // MailFinished, not handed over
};

// Contract. Threads: append() is called from many at once; one delivery's records come in order,
// from one thread at a time. When it returns nothing, the records are as durable as this journal
// makes them, and the acts they cover may begin; when it returns an error, nothing of them was
// kept.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual std::optional<Error> append(std::span<const JournalRecord> records) = 0;
};

}  // namespace roomle_sim
