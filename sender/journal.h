// What happened, in order: each delivery's records, with what the pure machine does not know.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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
  std::shared_ptr<const EventText> event;    // always
  std::shared_ptr<const Tenant> tenant;      // always, but where a resumed delivery's is gone
  std::shared_ptr<const Exchange> exchange;  // AttemptStarted, AttemptFinished (unless lost)
  std::optional<MailReceipt> receipt;        // MailFinished, handed over
  std::optional<MailError> mail_error;       // MailFinished, not handed over
};

// A delivery that stood open when the process that drove it ended, for Dispatcher::resume().
struct UnfinishedDelivery {
  std::string id;
  std::int64_t tenant_id = 0;
  std::shared_ptr<const EventText> event;
  std::vector<TimedRecord> records;  // in their order
};

// Contract. Threads: append() is called from many at once; one delivery's records come in order,
// from one thread at a time. When it returns nothing, the records are as durable as this journal
// makes them, and the acts they cover may begin; when it returns an error, nothing of them was
// kept. One call may hold records of several deliveries: they are kept all or none.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual std::optional<Error> append(std::span<const JournalRecord> records) = 0;
};

}  // namespace roomle_sim
