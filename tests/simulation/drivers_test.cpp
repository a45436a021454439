// Two drivers of one machine: what the dispatcher records under a clock that jumps, the simulation
// records in virtual time.
#include <cstdint>
#include <mutex>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fallback_mailer/memory_mailbox.h"
#include "journal/memory_journal.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"
#include "simulation/simulation.h"

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What the n-th attempt of a tenant comes to depends on the seed alone, so that both drivers see
// the same endpoint. Takes no time.
class SeededEndpoint : public Transport, public VirtualTransport {
 public:
  explicit SeededEndpoint(std::uint64_t seed) : random_(seed) {}

  AttemptResult post(const AttemptRequest& request) override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t tenant = std::stoull(request.pool_key);
    Random random = random_.split(tenant).split(asked_[tenant]++);
    AttemptResult result;
    const std::uint64_t kind = random.between(0, 4);
    result.request_sent = kind != 0;
    if (kind == 0) {
      result.error = FailureReason::connect_refused;
    } else if (kind == 1) {
      result.error = FailureReason::connection_closed;
    } else {
      const int statuses[] = {503, 410, 200};
      result.response = HttpResponse{statuses[kind - 2], {{"Retry-After", "120"}}, {}, false};
    }
    return result;
  }
  AttemptResult post(const AttemptRequest& request, TimePoint) override { return post(request); }
  void interrupt() override {}

 private:
  std::mutex mutex_;
  const Random random_;
  std::map<std::uint64_t, std::uint64_t> asked_;
};

RetryPolicy draw_policy(Random& random) {
  const auto& names = retry_policy_names();
  RetryPolicy policy = *named_retry_policy(names[random.between(0, names.size() - 1)]);
  if (random.between(0, 1) == 1) policy.retry_after_max = hours(1);
  return policy;
}

// Tenants with pool keys that are their ids, each with a policy of its own.
std::shared_ptr<TenantRegistry> draw_tenants(Random& random) {
  auto registry = std::make_shared<TenantRegistry>();
  for (std::int64_t id = 1; id <= 5; ++id) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = std::to_string(id);
    if (random.between(0, 9) != 0) tenant.webhook = fmt::format("http://{}.invalid/", id);
    tenant.simulator.retry = draw_policy(random);
    registry->add(tenant);
  }
  return registry;
}

// A delivery's records, without what differs from run to run: ids and absolute times.
std::string story_of(const MemoryJournal& journal, const std::string& id) {
  std::string story;
  for (const JournalRecord& record : journal.records_of(id)) {
    story += fmt::format("{}", record.what.index());
    if (const auto* finished = std::get_if<record::AttemptFinished>(&record.what)) {
      story += fmt::format("({} {} {})", finished->number, finished->verdict.status,
                           finished->verdict.ambiguous);
    } else if (const auto* retry = std::get_if<record::RetryScheduled>(&record.what)) {
      story += fmt::format("({} in {})", retry->number, (retry->at - record.at).count());
    } else if (const auto* ended = std::get_if<record::Ended>(&record.what)) {
      story += fmt::format("({} {} {})", outcome_word(ended->outcome), ended->attempts,
                           ended->ambiguous_attempts);
    }
    story += ' ';
  }
  return story;
}

class DriversTest : public testing::TestWithParam<int> {};

TEST_P(DriversTest, RecordTheSame) {
  const std::uint64_t seed = std::random_device{}() + static_cast<std::uint64_t>(GetParam());
  SCOPED_TRACE(fmt::format("seed {}", seed));
  fmt::print("seed {}\n", seed);
  Random random(seed);
  const auto registry = draw_tenants(random);
  const Event event = *make_event("email.savedConfiguration", {{"email", "a@customer.example"}});

  SeededEndpoint endpoint(seed);
  MemoryJournal journal;
  MemoryMailbox mailbox;
  JumpingClock clock;
  DispatcherOptions options;
  options.seed = seed;
  Dispatcher dispatcher(endpoint, journal, mailbox, clock, options);

  SeededEndpoint virtual_endpoint(seed);
  MemoryJournal virtual_journal;
  MemoryMailbox virtual_mailbox;
  Simulation simulation(virtual_endpoint, virtual_journal, virtual_mailbox,
                        {clock.now(), seed, 8, 8, {}});

  for (std::int64_t tenant = 1; tenant <= 5; ++tenant) {
    const std::string real = dispatcher.submit(registry, tenant, event).value();
    for (;;) {
      const auto limit = steady_clock::now() + std::chrono::minutes(1);
      const Standstill standstill = dispatcher.wait_for_standstill(limit);
      ASSERT_TRUE(standstill.reached);
      if (!standstill.next) break;
      clock.jump_to(*standstill.next);
      dispatcher.clock_advanced();
    }
    const std::string simulated = simulation.submit(registry, tenant, event).value();
    while (simulation.next()) simulation.run(*simulation.next());
    EXPECT_EQ(story_of(journal, real), story_of(virtual_journal, simulated));
    ASSERT_TRUE(journal.end_of(real));
  }
  EXPECT_EQ(mailbox.list().size(), virtual_mailbox.list().size());
}

INSTANTIATE_TEST_SUITE_P(Rounds, DriversTest, testing::Range(0, 40));

}  // namespace
}  // namespace roomle_sim
