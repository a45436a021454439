// What one run of a scenario stands on: its endpoint, journal, mailbox, transport and dispatcher.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "endpoint/server.h"
#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/memory_mailbox.h"
#include "journal/memory_journal.h"
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
  // Null with an external endpoint.
  [[nodiscard]] const EndpointServer* endpoint() const { return endpoint_.get(); }

  // The mails of one delivery, read back from where they went.
  Result<std::vector<ReceivedMail>> mails_of(const std::string& delivery) const;

  // Ends all waits and posts soon, for an interrupted run. From any thread.
  void give_up();

 private:
  Stage() = default;

  std::uint64_t seed_ = 1;
  SystemClock clock_;
  MemoryJournal journal_;
  std::unique_ptr<EndpointServer> endpoint_;
  std::shared_ptr<const TenantRegistry> registry_;
  MemoryMailbox memory_mailbox_;
  std::unique_ptr<FallbackMailbox> named_mailbox_;  // of --mail; null: the one in memory
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace roomle_sim
