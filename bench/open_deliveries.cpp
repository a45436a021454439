// What a hundred thousand open deliveries cost: the time to open their journal and to take them all
// up, and the memory of the process that holds them.
//
//     bench_open_deliveries [COUNT [TENANTS]]
//
// A process of its own writes the journal, so that its memory does not count here. They wait for a
// retry in an hour after one failure, but for one in a hundred that was under way when that process
// ended: about as many as a dispatcher has under way at most.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/wait.h>

#include "journal/sqlite_journal.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Nothing is due before the program has ended.
class NoTransport : public Transport {
 public:
  AttemptResult post(const AttemptRequest&) override { std::abort(); }
  void interrupt() override {}
};
class NoMailbox : public FallbackMailbox {
 public:
  Result<MailReceipt, MailError> deliver(const FallbackMail&) override { std::abort(); }
};

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double resident_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

std::shared_ptr<const TenantRegistry> tenants(int count) {
  auto registry = std::make_shared<TenantRegistry>();
  for (int id = 0; id < count; ++id) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = fmt::format("tenant-{}", id);
    tenant.webhook = "http://127.0.0.1:9/";
    tenant.simulator.retry.attempts = 5;
    tenant.simulator.retry.schedule = {1h};
    registry->add(tenant);
  }
  return registry;
}

// The records of one delivery, as a dispatcher would have appended them.
void tell(int number, const std::shared_ptr<const TenantRegistry>& registry,
          const std::shared_ptr<const EventText>& event, TimePoint now,
          std::vector<JournalRecord>& records) {
  const int tenants = static_cast<int>(registry->tenants().size());
  const std::shared_ptr<const Tenant> tenant(registry, registry->find(number % tenants));
  const std::string id = new_delivery_id(now);
  auto exchange = std::make_shared<Exchange>();
  exchange->token = std::string(110, 't');
  exchange->plaintext = "2026-01-01T00:00:00.000Z;anonymous;aValidApiKey";
  exchange->request.url = tenant->webhook;
  exchange->request.body = event->body();
  exchange->request.headers = {
      {"Content-Type", "application/json"}, {"User-Agent", "Roomle"}, {"token", exchange->token}};
  exchange->result.response = HttpResponse{503, {{"Server", "nginx"}}, "unavailable", false};
  Verdict failed;
  failed.reason = FailureReason::status;
  failed.status = 503;
  const auto add = [&](Record what, std::shared_ptr<const Exchange> with) {
    records.push_back({id, now, std::move(what), event, tenant, std::move(with), {}, {}});
  };
  add(record::Accepted{}, nullptr);
  add(record::AttemptStarted{1}, exchange);
  if (number % 100 == 0) return;
  add(record::AttemptFinished{1, failed}, exchange);
  add(record::RetryScheduled{2, now + 1h}, nullptr);
}

void write_journal(const std::string& folder, int count, int tenant_count) {
  const auto journal = SqliteJournal::open(folder);
  const auto registry = tenants(tenant_count);
  const auto event = std::make_shared<const EventText>(
      *make_event("email.savedConfiguration", {{"email", "customer@example.com"}}));
  const SystemClock clock;
  std::vector<JournalRecord> records;
  for (int i = 1; i <= count; ++i) {
    tell(i, registry, event, clock.now(), records);
    if (i % 1000 != 0 && i != count) continue;
    if (const auto error = (*journal)->append(records)) {
      fmt::print(stderr, "{}\n", error->message);
      std::exit(1);
    }
    records.clear();
  }
}

bool take_up(SqliteJournal& journal, Dispatcher& dispatcher,
             const std::shared_ptr<const TenantRegistry>& registry, double& reading_ms) {
  std::string cursor;
  do {
    const auto start = Clock::now();
    auto page = journal.unfinished(cursor, 5000);
    reading_ms += milliseconds_since(start);
    if (!page) return false;
    cursor = page->next;
    if (dispatcher.resume(registry, std::move(page->deliveries))) return false;
  } while (!cursor.empty());
  return true;
}

int run(int count, int tenant_count) {
  std::string pattern = (std::filesystem::temp_directory_path() / "roomle-bench-XXXXXX").string();
  const std::string folder = mkdtemp(pattern.data());
  const pid_t writer = fork();
  if (writer == 0) {
    write_journal(folder, count, tenant_count);
    _exit(0);
  }
  int status = 0;
  waitpid(writer, &status, 0);
  const double before = resident_megabytes();
  const auto start = Clock::now();
  auto journal = SqliteJournal::open(folder);
  const double opened = milliseconds_since(start);
  NoTransport transport;
  NoMailbox mailbox;
  const SystemClock clock;
  Dispatcher dispatcher(transport, **journal, mailbox, clock);
  double reading_ms = 0;
  const bool resumed =
      status == 0 && take_up(**journal, dispatcher, tenants(tenant_count), reading_ms);
  const double all = milliseconds_since(start);
  fmt::print("{} open deliveries of {} tenants, a file of {} MB\n", dispatcher.open(), tenant_count,
             std::filesystem::file_size(folder + "/journal.sqlite3") >> 20);
  fmt::print(
      "opened in {:.0f} ms, all taken up after {:.0f} ms, {:.0f} of them reading (held to 2000)\n",
      opened, all, reading_ms);
  fmt::print("resident {:.0f} MB, {:.0f} MB before (held to 200)\n", resident_megabytes(), before);
  std::filesystem::remove_all(folder);
  const bool held = resumed && all < 2000 && resident_megabytes() < 200;
  return held && dispatcher.open() == static_cast<std::size_t>(count) ? 0 : 1;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const int tenants = argc > 2 ? std::atoi(argv[2]) : 100;
  return roomle_sim::run(count, tenants);
}
