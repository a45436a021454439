// Drives deliveries in virtual time: the second driver of the pure machine, beside the dispatcher.
// No thread, no socket, no waiting; a schedule of 75 hours takes as long as its steps.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "sender/advance.h"
#include "sender/fair_queue.h"
#include "sender/fallback_mailbox.h"
#include "sender/journal.h"
#include "sender/recipient.h"
#include "tenants/registry.h"

namespace roomle_sim {

// A POST in virtual time.
class VirtualTransport {
 public:
  virtual ~VirtualTransport() = default;
  // What the POST that begins at `start` comes to; its `duration` is the virtual time it takes, at
  // most the request's timeout. Called in the order of `start`.
  virtual AttemptResult post(const AttemptRequest& request, TimePoint start) = 0;
};

struct SimulationOptions {
  TimePoint start;              // the time when nothing has happened yet
  std::uint64_t seed = 1;       // of the jitter: the dispatcher's waits, where it is the same
  int attempts_per_tenant = 8;  // as the dispatcher's
  int mails_at_once = 8;
  OutgoingOptions outgoing;
};

// Things happen one after the other, in the order of their time, and at the same time in the order
// in which they were caused: the same calls, the same story. Acts take no time but the POSTs': a
// mail is handed over at the moment at which it is begun. Records are appended before the acts they
// cover, as by the dispatcher.
//
// Threads: none. Lifetime: what it is given must outlive it.
class Simulation {
 public:
  Simulation(VirtualTransport& transport, Journal& journal, FallbackMailbox& mailbox,
             SimulationOptions options);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // As Dispatcher::submit(). What is due at once happens in the next run().
  Result<std::string> submit(const std::shared_ptr<const TenantRegistry>& registry,
                             std::int64_t tenant_id, const Event& event,
                             std::optional<TimePoint> not_before = std::nullopt);

  [[nodiscard]] TimePoint now() const { return now_; }
  // When something happens next, possibly now; nothing: all deliveries have ended.
  [[nodiscard]] std::optional<TimePoint> next() const;
  // Lets the next thing happen, if there is one not later than `until`. False: there is none, and
  // it is `until` now.
  bool run(TimePoint until);
  // The journal's first error, after which nothing happens any more.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  // What happens at a time; those of one time in the order of their numbers.
  using When = std::pair<TimePoint, std::uint64_t>;
  using Happening = std::function<void()>;
  using Happenings = std::map<When, Happening>;

  When at(TimePoint time, Happening what);
  bool advance_and_record(const OpenPtr& delivery, const Input& input, Attachments attachments,
                          Advanced& advanced);
  void feed(const OpenPtr& delivery, const Input& input, Attachments attachments);
  void schedule(const OpenPtr& delivery);
  void begin_due();
  void begin(std::int64_t lane, const Job& job);
  void attempt(std::int64_t lane, const OpenPtr& delivery, int number, const Exchange& started);
  void mail(const OpenPtr& delivery, const MailCause& cause);

  VirtualTransport& transport_;
  Journal& journal_;
  FallbackMailbox& mailbox_;
  const SimulationOptions options_;
  TimePoint now_;
  std::uint64_t happened_ = 0;
  Happenings happenings_;
  std::map<const OpenDelivery*, When> timers_;  // the deadline that each open delivery waits for
  FairQueue<Job> jobs_;
  JitterSeeds seeds_;
  Recipients recipients_;
  std::optional<Error> failure_;
};

}  // namespace roomle_sim
