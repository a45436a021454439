// Reading a journal: what `serve` lists, shows, counts, resumes and forgets.
//
// Implemented by SqliteJournal (journal/sqlite_journal.h), for its file and for ":memory:".
// Threads: every member may be called from any thread. Reading never holds up append(): it sees
// what was committed when it began.
// Errors: ErrorCode::bad_input for a cursor that is none, ErrorCode::unavailable where the file
// cannot be read or written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sender/delivery.h"
#include "sender/event.h"
#include "sender/journal.h"

namespace roomle_sim {

// A delivery as a list shows it.
struct DeliverySummary {
  std::string id;
  std::int64_t tenant_id = 0;
  std::string event;  // its type, such as "email.savedConfiguration"
  TimePoint accepted_at;
  std::optional<TimePoint> ended_at;  // nothing: open
  std::optional<Outcome> outcome;     // nothing: open
  int attempts = 0;                   // that have ended
  int ambiguous_attempts = 0;
  // Of the last attempt that has ended; nothing where it succeeded, or none has.
  std::optional<FailureReason> last_reason;
  int last_status = 0;  // likewise, also of a success; 0 where no status line came
};

// One record with what was kept beside it.
struct PastRecord {
  TimePoint at;
  Record what;
  // AttemptStarted: with its request alone; AttemptFinished: with its result too, but for an
  // attempt that was lost. A body that is not that of the event is kept as it was.
  std::shared_ptr<const Exchange> exchange;
  std::optional<MailReceipt> receipt;   // MailFinished, handed over
  std::optional<MailError> mail_error;  // MailFinished, not handed over
};

// One delivery whole.
struct DeliveryStory {
  DeliverySummary summary;
  std::shared_ptr<const EventText> event;
  std::vector<PastRecord> records;  // in their order
};

// All that is set must hold.
struct DeliveryFilter {
  std::optional<std::int64_t> tenant_id{};
  std::optional<std::string> event{};  // a type
  std::optional<Outcome> outcome{};
  std::optional<bool> open{};
  std::optional<FailureReason> last_reason{};
  std::optional<TimePoint> from{};   // accepted then or later
  std::optional<TimePoint> until{};  // accepted before
};

struct DeliveryPage {
  std::vector<DeliverySummary> deliveries;  // the newest acceptance first
  std::string next;                         // the cursor of the page behind it; empty: the last
};

struct DeliveryCounts {
  std::int64_t open = 0;
  std::int64_t delivered = 0;
  std::int64_t mailed = 0;
  std::int64_t mail_failed = 0;
};

struct UnfinishedPage {
  std::vector<UnfinishedDelivery> deliveries;  // the oldest acceptance first
  std::string next;                            // the cursor of the page behind it; empty: the last
};

class History {
 public:
  virtual ~History() = default;

  // `cursor`: empty for the first page, then DeliveryPage::next under the same filter. What is
  // accepted meanwhile stands before the first page and moves nothing. `limit`: 1 to 1000, others
  // are brought into that range.
  virtual Result<DeliveryPage> list(const DeliveryFilter& filter, const std::string& cursor,
                                    std::size_t limit) = 0;

  // Nothing: there is no such delivery (any more).
  virtual Result<std::optional<DeliveryStory>> find(const std::string& delivery) = 0;

  virtual Result<DeliveryCounts> counts() = 0;

  // Those that were open when this journal was opened, and still are: for Dispatcher::resume().
  // What was accepted since is left out, so that a service may accept while it resumes. Cursor as
  // for list(); `limit`: 1 to 10,000. Some thousands are right: what is resumed together shares a
  // commit.
  virtual Result<UnfinishedPage> unfinished(const std::string& cursor, std::size_t limit) = 0;

  // Forgets deliveries that ended before `before`, never an open one, in transactions so small that
  // append() waits for each only briefly. How many it were; a stop ends it between two of them.
  virtual Result<std::size_t> forget(TimePoint before, const std::stop_token& stop = {}) = 0;
};

}  // namespace roomle_sim
