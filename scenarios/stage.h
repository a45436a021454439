// What one run of a scenario stands on: its endpoints, journal, mailbox, and what drives
// deliveries.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "endpoint/received.h"
#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/memory_mailbox.h"
#include "journal/memory_journal.h"
#include "scenarios/bell.h"
#include "scenarios/runner.h"
#include "sender/event.h"

namespace roomle_sim {

// Made anew for each run, so that two scenarios never share state. How time passes is its kinds'
// (scenarios/socket_stage.h, scenarios/virtual_stage.h); `SteadyTime`s are real ones in all of
// them.
//
// Threads: one runs the scenario; give_up() from any. What waits returns early once it was called.
class Stage {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  static Result<std::unique_ptr<Stage>> set_up(const Scenario& scenario, const RunOptions& options);
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // As Dispatcher::submit(), of the scenario's tenants.
  virtual Result<std::string> submit(std::int64_t tenant_id, const Event& event) = 0;
  // After it, nothing goes on any more.
  [[nodiscard]] virtual std::optional<Error> failure() const = 0;

  // False with an external endpoint: nobody knows then what was received.
  [[nodiscard]] virtual bool sees_requests() const = 0;
  // What the built-in endpoints have received since the last call, in the order of time.
  virtual std::vector<ReceivedRequest> take_requests() = 0;
  // Waits until each endpoint was asked so often, at most until the deadline.
  virtual void wait_for_requests(const std::map<std::string, std::uint64_t>& counts,
                                 SteadyTime deadline) const = 0;

  // The scenario's time.
  [[nodiscard]] virtual TimePoint now() const = 0;
  // Whether waiting takes real time, so that a scenario's `timeout` bounds what it may wait for.
  [[nodiscard]] virtual bool waits_in_real_time() const = 0;
  // Returns at that time, or at `deadline`; false where that came first, or the run was given up.
  virtual bool wait_until(TimePoint when, SteadyTime deadline) = 0;
  // Whether the delivery has ended before the deadline.
  virtual bool wait_for_end(const std::string& delivery, SteadyTime deadline) = 0;
  // Counts what is recorded and received, and what else may matter to who waits. Returns from the
  // wait when that was more often than `heard`, the scenario's time or the deadline has come, or
  // the run was given up.
  [[nodiscard]] std::uint64_t changes() const { return bell_.rung(); }
  virtual void wait_for_change(std::uint64_t heard, TimePoint until, SteadyTime deadline) = 0;

  // Ends all waits and posts soon, for an interrupted run. From any thread.
  virtual void give_up();

  MemoryJournal& journal() { return journal_; }
  // The scenario's tenants, with the endpoint's URL where they wrote none.
  [[nodiscard]] const std::shared_ptr<const TenantRegistry>& registry() const { return registry_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  // The mails of one delivery, read back from where they went.
  Result<std::vector<ReceivedMail>> mails_of(const std::string& delivery) const;

 protected:
  explicit Stage(std::uint64_t seed)
      : seed_(seed),
        journal_([this](const JournalRecord&) { bell_.ring(); }, [this] { bell_.ring(); }) {}

  std::optional<Error> open_named_mailbox(const std::string& spec);
  FallbackMailbox& mailbox() { return named_mailbox_ ? *named_mailbox_ : memory_mailbox_; }
  void set_registry(std::shared_ptr<const TenantRegistry> registry) {
    registry_ = std::move(registry);
  }
  Bell& bell() { return bell_; }
  [[nodiscard]] const Bell& bell() const { return bell_; }
  [[nodiscard]] const MemoryJournal& journal() const { return journal_; }

 private:
  const std::uint64_t seed_;
  Bell bell_;
  MemoryJournal journal_;
  std::shared_ptr<const TenantRegistry> registry_;
  MemoryMailbox memory_mailbox_;
  std::unique_ptr<FallbackMailbox> named_mailbox_;  // of --mail; null: the one in memory
};

// The scenario's tenants. `url_of` gives where the events of one go that has no webhook of his own.
std::shared_ptr<const TenantRegistry> with_webhooks(
    const Scenario& scenario, const std::function<std::string(const EndpointPath&)>& url_of);

}  // namespace roomle_sim
