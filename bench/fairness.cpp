// A hanging tenant holds back nobody else: 100 tenants of which 10 hang until a 10 s deadline, and
// what the other 90 see, beside what they see alone. Both in one run, alternating.
//
//     bench_fairness URL [ROUNDS]
//
// URL is an endpoint that answers at once (bench/fairness.sh starts nginx). The hanging ones post
// to an endpoint of this process that never answers.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "endpoint/behavior.h"
#include "endpoint/server.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"
#include "sender/http_transport.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

constexpr int kTenants = 90;
constexpr int kHanging = 10;
constexpr int kEventsEach = 40;      // of a tenant that does not hang, in a phase
constexpr int kHangingEvents = 200;  // of each that does, all accepted before the phase begins
constexpr auto kPace = 1500us;       // between two events of the 90: about 670 a second

// The time from acceptance to the end, of the deliveries of tenants up to kTenants.
class Latencies : public Journal {
 public:
  std::optional<Error> append(std::span<const JournalRecord> records) override {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const JournalRecord& record : records) {
      if (record.tenant->id > kTenants) continue;
      if (std::holds_alternative<record::Accepted>(record.what)) {
        accepted_[record.delivery] = now;
      } else if (const auto* end = std::get_if<record::Ended>(&record.what)) {
        if (end->outcome != Outcome::delivered) ++failed_;
        took_.push_back(now - accepted_.at(record.delivery));
        accepted_.erase(record.delivery);
        if (took_.size() == kTenants * kEventsEach) all_ended_.notify_all();
      }
    }
    return std::nullopt;
  }
  void wait() {
    std::unique_lock lock(mutex_);
    all_ended_.wait(lock, [&] { return took_.size() == kTenants * kEventsEach; });
  }
  std::vector<Duration> took_;
  int failed_ = 0;

 private:
  std::mutex mutex_;
  std::condition_variable all_ended_;
  std::map<std::string, std::chrono::steady_clock::time_point> accepted_;
};

class NoMailbox : public FallbackMailbox {
 public:
  Result<MailReceipt, MailError> deliver(const FallbackMail&) override {
    return MailReceipt{"nowhere"};
  }
};

std::shared_ptr<const TenantRegistry> make_registry(const std::string& quick,
                                                    const std::string& hanging) {
  auto registry = std::make_shared<TenantRegistry>();
  for (int id = 1; id <= kTenants + kHanging; ++id) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = fmt::format("tenant-{}", id);
    tenant.webhook = id <= kTenants ? quick : hanging;
    registry->add(std::move(tenant));
  }
  registry->set_default({"key", Secret("a-Secr3t_Str1ng!")});
  return registry;
}

std::vector<Duration> run_phase(const std::shared_ptr<const TenantRegistry>& registry,
                                bool with_hanging) {
  const SystemClock clock;
  Latencies journal;
  NoMailbox mailbox;
  auto transport = HttpTransport::create({}).value().release();
  const std::unique_ptr<HttpTransport> owner(transport);
  Dispatcher dispatcher(*transport, journal, mailbox, clock);
  const Event event =
      make_event("email.savedConfiguration", nlohmann::ordered_json::object()).value();
  if (with_hanging) {
    for (int i = 0; i < kHangingEvents; ++i) {
      for (int id = kTenants + 1; id <= kTenants + kHanging; ++id) {
        (void)dispatcher.submit(registry, id, event);
      }
    }
  }
  auto due = std::chrono::steady_clock::now() + 200ms;
  for (int i = 0; i < kEventsEach; ++i) {
    for (int id = 1; id <= kTenants; ++id) {
      std::this_thread::sleep_until(due);
      due += kPace;
      (void)dispatcher.submit(registry, id, event);
    }
  }
  journal.wait();
  dispatcher.stop();
  if (journal.failed_ > 0) fmt::print(stderr, "{} deliveries failed\n", journal.failed_);
  return journal.took_;
}

double percentile(std::vector<Duration> all, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), all.end());
  return std::chrono::duration<double, std::milli>(all[at]).count();
}

int run(const std::string& quick, int rounds) {
  EndpointOptions options;
  const auto source = std::make_shared<const SourceText>(
      SourceText{"behavior", R"({"sequence": [{"blackhole": true}]})"});
  Diagnostics diagnostics;
  options.behavior = read_behavior(*parse_json(source, diagnostics), diagnostics);
  const auto hanging = EndpointServer::start(std::move(options));
  if (!hanging) {
    fmt::print(stderr, "{}\n", hanging.error().message);
    return 3;
  }
  const auto registry = make_registry(quick, (*hanging)->url());
  run_phase(registry, false);  // warms up
  std::vector<Duration> alone;
  std::vector<Duration> together;
  for (int round = 0; round < rounds; ++round) {
    for (const Duration took : run_phase(registry, false)) alone.push_back(took);
    for (const Duration took : run_phase(registry, true)) together.push_back(took);
  }
  fmt::print("{:>24} {:>9} {:>9} {:>9}\n", "ms", "p50", "p90", "p99");
  for (const auto& [name, all] :
       {std::pair("90 tenants alone", alone), std::pair("and 10 that hang", together)}) {
    fmt::print("{:>24} {:9.2f} {:9.2f} {:9.2f}\n", name, percentile(all, 0.5), percentile(all, 0.9),
               percentile(all, 0.99));
  }
  fmt::print("p99 ratio {:.2f} (held to 1.50)\n",
             percentile(together, 0.99) / percentile(alone, 0.99));
  return 0;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: bench_fairness URL [ROUNDS]\n");
    return 1;
  }
  return roomle_sim::run(argv[1], argc > 2 ? std::atoi(argv[2]) : 3);
}
