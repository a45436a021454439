// What happened, in order: each delivery's records, with what the pure machine does not know.
#pragma once

#include <cstdint>
#include <functional>
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

// Contract. Threads: append() and append_later() are called from many at once; of one delivery
// there is one call at a time, and the next comes when the one before has ended. When it ends with
// nothing, the records are as durable as this journal makes them, and the acts they cover may
// begin; when it ends with an error, nothing of them was kept. One call may hold records of several
// deliveries: they are kept all or none.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual std::optional<Error> append(std::span<const JournalRecord> records) = 0;

  using Records = std::shared_ptr<const std::vector<JournalRecord>>;
  using Done = std::function<void(const std::optional<Error>&)>;
  // The same for callers that do not wait: `done` is called once, when append() would have
  // returned, by whatever thread, possibly before this returns. It may call append_later() again;
  // it must not wait for anything that this journal does, and must not throw.
  virtual void append_later(Records records, Done done) { done(append(*records)); }
};

}  // namespace roomle_sim
