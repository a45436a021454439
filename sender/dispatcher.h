// Drives deliveries in real time: gives the pure machine its inputs, and carries out its effects on
// a Transport, a Journal and a FallbackMailbox. Holds no rule of retry or fallback.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sender/event.h"
#include "sender/fallback_mailbox.h"
#include "sender/journal.h"
#include "sender/open_set.h"
#include "sender/outgoing.h"
#include "sender/transport.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct DispatcherOptions {
  // Attempts under way at once for one tenant. A hanging endpoint then holds at most this many
  // threads, and no other tenant waits for it. More helps one tenant with a slow endpoint.
  int attempts_per_tenant = 8;
  // Attempts under way at once, each on a thread; those are made when first needed. Tenants begin
  // to wait for one another when more than attempts_in_all / attempts_per_tenant of them hang at
  // the same time. What waits has not begun: neither its records nor its time-outs know of it.
  int attempts_in_all = 1024;
  // Mails have threads of their own, so that endpoints that hang hold none back.
  int mails_at_once = 8;
  // Back-pressure: beyond it submit() refuses. What is resumed counts, but is never refused.
  OpenLimits open_limits;
  // So long stop() lets attempts and mails that have begun come to their end before it interrupts
  // them. An attempt that was interrupted counts as ambiguous when its journal is taken up again.
  Duration stop_grace{0};
  std::uint64_t seed = 1;  // of the jitter
  // Makes a thread that calls what it is given, or throws std::system_error where the system has
  // none left: then as many acts are under way as there are threads. For tests; empty: std::thread.
  std::function<std::thread(std::function<void()>)> make_thread;
  OutgoingOptions outgoing;
  // Called whenever Dispatcher::standstill() may have become true, and at a failure: from any
  // thread, with a lock of the dispatcher's held, so that it must not call the dispatcher. For a
  // clock that can be put forward (JumpingClock) while what is awaited may come from elsewhere,
  // too. Empty: not called.
  std::function<void()> on_standstill;
};

// What came of asking for a delivery's next attempt now.
enum class ResendNow {
  started,    // it waited for its retry, which begins now
  under_way,  // an attempt or the mail is about to begin, or under way: nothing changed
  paused,     // its tenant is paused: nothing changed
  not_open,   // it has ended, or never was
};

// Whether only time can bring what comes next.
struct Standstill {
  bool reached = false;
  std::optional<TimePoint> next;  // when it comes; nothing: nothing does
};

// Contract. Threads: every member may be called from any thread. Lifetime: what the constructor is
// given must outlive it. The destructor stops it.
class Dispatcher {
 public:
  Dispatcher(Transport& transport, Journal& journal, FallbackMailbox& mailbox,
             const SystemClock& clock, DispatcherOptions options = {});
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Takes an event for a tenant of `registry`, of which the delivery keeps no more than the tenant
  // and its credential, and gives the delivery's id once its acceptance is in the journal.
  // `not_before`: nothing happens earlier (an export that ends later); it is in the journal with
  // the acceptance. Refused (ErrorCode::usage): no such tenant, or an inactive one; (bad_input):
  // the event is too large; (busy): too many are open. ErrorCode::unavailable: stopped, or the
  // journal failed.
  Result<std::string> submit(const std::shared_ptr<const TenantRegistry>& registry,
                             std::int64_t tenant_id, const Event& event,
                             std::optional<TimePoint> not_before = std::nullopt);

  // Takes up deliveries where their records leave them (Delivery::resume()): what a journal gives
  // as unfinished, each once, in the order in which they are to begin. One whose tenant is not
  // there any more, or is inactive, ends as mail_failed with that reason in the journal: it can be
  // neither posted nor mailed, and it is not to be lost in silence. An error: none of them was
  // taken up, as for submit().
  std::optional<Error> resume(const std::shared_ptr<const TenantRegistry>& registry,
                              std::vector<UnfinishedDelivery> deliveries);

  // The next attempt of a delivery that waits for its retry starts now.
  ResendNow resend_now(const std::string& delivery);

  // While a tenant is paused none of its attempts and mails begin (what is under way ends); events
  // are accepted. Not in the journal: a service that starts anew begins unpaused. What was due
  // meanwhile begins with unpause(). False: it was so already.
  bool pause(std::int64_t tenant_id);
  bool unpause(std::int64_t tenant_id);
  [[nodiscard]] std::vector<std::int64_t> paused() const;  // ascending

  // Blocks until no delivery is open, or stop() was called. True when none is open.
  bool wait_until_idle();

  // How many have not ended.
  [[nodiscard]] std::size_t open() const;

  // Orderly end: nothing new is accepted, no attempt or mail is begun any more, those under way end
  // within the grace or are interrupted (their deliveries stay open, with no record of an end), and
  // all threads have ended when it returns. May be called again.
  void stop();

  // For a clock that can be put forward (JumpingClock): blocks until nothing is under way and
  // nothing is due, at most until `limit`, a stop or a failure. What is held back for a paused
  // tenant counts as neither.
  Standstill wait_for_standstill(std::chrono::steady_clock::time_point limit);
  // The same as it is now.
  [[nodiscard]] Standstill standstill() const;
  // To be called after the clock was put forward: what has become due begins.
  void clock_advanced();

  // The first error of the journal, after which no effect is carried out any more.
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A new id such as "d-01jc9x…": sorts by time, unique over all runs.
std::string new_delivery_id(TimePoint now);

}  // namespace roomle_sim
