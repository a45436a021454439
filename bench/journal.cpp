// How many deliveries a second the durable journal takes, three appends each (accepted, attempt
// started, delivered), by so many threads at once; and whether what it holds already slows it.
//
//     bench_journal [FINISHED [FOLDER]]
//
// FINISHED deliveries are put in before a second row of measurements (default: a million). FOLDER
// is on the disk that is to be measured (default: the system's folder for temporary files).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "journal/sqlite_journal.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kTenants = 100;
constexpr auto kRound = 3s;

class Teller {
 public:
  Teller() {
    for (int id = 0; id < kTenants; ++id) {
      Tenant tenant;
      tenant.id = id;
      tenants_.push_back(std::make_shared<const Tenant>(tenant));
    }
    event_ = std::make_shared<const EventText>(
        *make_event("email.savedConfiguration", {{"email", "customer@example.com"}}));
    exchange_.token = std::string(110, 't');
    exchange_.plaintext = "2026-01-01T00:00:00.000Z;anonymous;aValidApiKey";
    exchange_.request.url = "http://127.0.0.1:8090/roomle";
    exchange_.request.body = event_->body();
    exchange_.request.headers = {
        {"Content-Type", "application/json"}, {"User-Agent", "Roomle"}, {"token", exchange_.token}};
    exchange_.result.response = HttpResponse{
        200, {{"Server", "nginx"}, {"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}}, "ok", false};
  }

  // The three parts of one delivery.
  [[nodiscard]] std::vector<std::vector<JournalRecord>> delivery(int number) const {
    const TimePoint now = clock_.now();
    const std::string id = new_delivery_id(now);
    const auto exchange = std::make_shared<const Exchange>(exchange_);
    const auto make = [&](Record what, std::shared_ptr<const Exchange> with) {
      return JournalRecord{id,
                           now,
                           std::move(what),
                           event_,
                           tenants_[static_cast<std::size_t>(number % kTenants)],
                           std::move(with),
                           {},
                           {}};
    };
    Verdict good;
    good.success = true;
    good.status = 200;
    return {{make(record::Accepted{}, nullptr)},
            {make(record::AttemptStarted{1}, exchange)},
            {make(record::AttemptFinished{1, good}, exchange),
             make(record::Ended{Outcome::delivered, 1, 0}, nullptr)}};
  }

 private:
  SystemClock clock_;
  std::vector<std::shared_ptr<const Tenant>> tenants_;
  std::shared_ptr<const EventText> event_;
  Exchange exchange_;
};

void must(const std::optional<Error>& error) {
  if (!error) return;
  fmt::print(stderr, "{}\n", error->message);
  std::exit(1);
}

struct Figures {
  double per_second = 0;
  double p50_us = 0;  // of one append
  double p99_us = 0;
};

Figures measure(SqliteJournal& journal, const Teller& teller, int threads) {
  std::vector<std::vector<double>> took(static_cast<std::size_t>(threads));
  std::vector<std::thread> running;
  const auto start = Clock::now();
  for (auto& mine : took) {
    running.emplace_back([&] {
      for (int i = 0; Clock::now() - start < kRound; ++i) {
        for (const auto& records : teller.delivery(i)) {
          const auto before = Clock::now();
          must(journal.append(records));
          mine.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
        }
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::vector<double> all;
  for (const auto& mine : took) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  };
  return {static_cast<double>(all.size()) / 3 / seconds, at(0.5), at(0.99)};
}

void measure_all(SqliteJournal& journal, const Teller& teller) {
  fmt::print("{:>12} {:>14} {:>16} {:>16}\n", "threads", "deliveries/s", "append p50 us", "p99 us");
  for (const int threads : {1, 8, 64, 256}) {
    const Figures figures = measure(journal, teller, threads);
    fmt::print("{:>12} {:>14.0f} {:>16.0f} {:>16.0f}\n", threads, figures.per_second,
               figures.p50_us, figures.p99_us);
  }
}

void fill(SqliteJournal& journal, const Teller& teller, int count) {
  const auto start = Clock::now();
  std::vector<JournalRecord> records;
  for (int i = 1; i <= count; ++i) {
    for (auto& part : teller.delivery(i)) {
      records.insert(records.end(), part.begin(), part.end());
    }
    if (i % 1000 != 0 && i != count) continue;
    must(journal.append(records));
    records.clear();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  fmt::print("{} more put in, a thousand in a commit: {:.0f} a second\n", count, count / seconds);
}

int run(int finished, const std::string& parent) {
  std::string pattern = parent + "/roomle-bench-XXXXXX";
  const std::string folder = mkdtemp(pattern.data());
  auto journal = SqliteJournal::open(folder);
  if (!journal) must(journal.error());
  const Teller teller;
  measure_all(**journal, teller);
  if (finished > 0) {
    fill(**journal, teller, finished);
    measure_all(**journal, teller);
  }
  const auto before = Clock::now();
  const auto counts = (*journal)->counts();
  const auto counted = Clock::now();
  DeliveryFilter rare;
  rare.outcome = Outcome::mailed;
  const auto page = (*journal)->list(rare, "", 100);
  const auto listed = Clock::now();
  const auto ms = [](auto span) { return std::chrono::duration<double, std::milli>(span).count(); };
  fmt::print("counting {} took {:.1f} ms, listing what is rare {:.2f} ms; the file has {} MB\n",
             counts->delivered, ms(counted - before), ms(listed - counted),
             std::filesystem::file_size(folder + "/journal.sqlite3") >> 20);
  std::filesystem::remove_all(folder);
  return page.ok() ? 0 : 1;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  const int finished = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  const std::string parent = argc > 2 ? argv[2] : std::filesystem::temp_directory_path().string();
  return roomle_sim::run(finished, parent);
}
