// What one run of a scenario stands on: its endpoint, journal, mailbox, transport and dispatcher.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "endpoint/server.h"
#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/memory_mailbox.h"
#include "journal/memory_journal.h"
#include "scenarios/bell.h"
#include "scenarios/runner.h"
#include "sender/dispatcher.h"

namespace roomle_sim {

// Made anew for each run, so that two scenarios never share state. Threads: as its parts. Lifetime:
// the members are declared in the order in which they depend on one another.
class Stage {
 public:
  static Result<std::unique_ptr<Stage>> set_up(const Scenario& scenario, const RunOptions& options);

  Dispatcher& dispatcher() { return *dispatcher_; }
  MemoryJournal& journal() { return journal_; }
  // The scenario's tenants, with the endpoint's URL where they wrote none.
  [[nodiscard]] const std::shared_ptr<const TenantRegistry>& registry() const { return registry_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  // False with an external endpoint: nobody knows then what was received.
  [[nodiscard]] bool sees_requests() const { return !endpoints_.empty(); }
  // All that the built-in endpoints received, in the order of time.
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;
  // Waits until each endpoint was asked so often, at most until the deadline.
  void wait_for_requests(const std::map<std::string, std::uint64_t>& counts,
                         std::chrono::steady_clock::time_point deadline) const;

  [[nodiscard]] TimePoint now() const { return clock_.now(); }
  // Returns at that time; false where the run was given up before.
  bool wait_until(TimePoint when) const { return bell_.wait_until(clock_.steady(when)); }
  // How often something was recorded or received. Returns from the wait when that was more often
  // than `heard`, the time has come, or the run was given up.
  [[nodiscard]] std::uint64_t changes() const { return bell_.rung(); }
  void wait_for_change(std::uint64_t heard, TimePoint until) const {
    bell_.wait(heard, clock_.steady(until));
  }

  // The mails of one delivery, read back from where they went.
  Result<std::vector<ReceivedMail>> mails_of(const std::string& delivery) const;

  // Ends all waits and posts soon, for an interrupted run. From any thread.
  void give_up();

 private:
  Stage() : journal_([this](const JournalRecord&) { bell_.ring(); }) {}
  std::optional<Error> open_endpoints(const Scenario& scenario);
  std::optional<Error> open_endpoint(const std::string& name, Behavior behavior,
                                     const TenantRegistry& tenants);

  std::uint64_t seed_ = 1;
  SystemClock clock_;
  Bell bell_;
  MemoryJournal journal_;
  std::map<std::string, std::unique_ptr<EndpointServer>> endpoints_;  // by their names
  std::shared_ptr<const TenantRegistry> registry_;
  MemoryMailbox memory_mailbox_;
  std::unique_ptr<FallbackMailbox> named_mailbox_;  // of --mail; null: the one in memory
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace roomle_sim
