// The whole way of an event through `roomle-sim serve`: accepted over HTTP, its token made, POSTed,
// and its outcome on the disk. bench/pipeline.sh puts the parts together, beside wrk.
//
// - fill FOLDER COUNT: finished deliveries, put into a journal
// - rate FOLDER URL TENANTS CLIENTS SECONDS: events a second, as fast as they go
// - latency FOLDER TENANTS SECONDS: at 1,000 events a second
// - open FOLDER COUNT: memory of so many open ones, and a start
//
// FOLDER is the data folder of serve, on the disk that is to be measured.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "bench/pipeline_support.h"
#include "endpoint/http_listener.h"
#include "journal/sqlite_journal.h"
#include "sender/catalogue.h"
#include "sender/dispatcher.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;
using nlohmann::ordered_json;

constexpr int kEventsPerSecond = 1000;  // of `latency`
constexpr int kPacedClients = 16;
constexpr int kOpenClients = 32;
constexpr double kMostMegabytes = 200;

std::string write_tenants(const std::string& folder, const std::string& webhook, int count,
                          const ordered_json& retry) {
  ordered_json tenants = ordered_json::array();
  for (int id = 1; id <= count; ++id) {
    tenants.push_back({{"id", id},
                       {"webhook", webhook},
                       {"apiKey", "benchKey"},
                       {"simulator", {{"retry", retry}}}});
    if (id > 1) tenants.back().erase("apiKey");  // one tenant an apiKey; the others the default
  }
  const ordered_json file{
      {"tenants", tenants},
      {"credentials", {{{"apiKey", "benchKey"}, {"secret", "a-Secr3t_Str1ng!"}}}}};
  std::filesystem::create_directories(folder);
  const std::string path = folder + "-tenants.json";
  std::ofstream(path) << file.dump();
  return path;
}

double percentile(std::vector<double>& all, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), all.end());
  return all[at];
}

// Runs `work(client, connection)` on so many connections at once.
template <class Work>
void with_clients(const ServeProcess& service, int clients, Work work) {
  std::vector<std::thread> running;
  for (int client = 0; client < clients; ++client) {
    running.emplace_back([&, client] {
      ApiConnection connection(service.port());
      work(client, connection);
    });
  }
  for (std::thread& one : running) one.join();
}

ordered_json status_of(ApiConnection& connection) {
  return ordered_json::parse(connection.get("/sim/v1/status").body);
}

void must(bool holds, const std::string& otherwise) {
  if (!holds) throw std::runtime_error(otherwise);
}

// One finished delivery as serve would have recorded it, bodies and all.
class FinishedDeliveries {
 public:
  FinishedDeliveries() {
    tenant_ = std::make_shared<Tenant>();
    event_ = std::make_shared<const EventText>(
        *make_event("email.savedConfiguration", {{"email", "customer@example.com"}}));
    exchange_ = std::make_shared<Exchange>();
    exchange_->token = std::string(110, 't');
    exchange_->plaintext = "2026-01-01T00:00:00.000Z;anonymous;benchKey";
    exchange_->request.url = "http://127.0.0.1:8090/roomle";
    exchange_->request.body = event_->body();
    exchange_->request.headers = {{"Content-Type", "application/json"},
                                  {"User-Agent", "Roomle"},
                                  {"token", exchange_->token}};
    exchange_->result.response = HttpResponse{200, {{"Server", "nginx"}}, "ok", false};
  }

  void add(int number, std::vector<JournalRecord>& to) const {
    auto tenant = std::make_shared<Tenant>();
    tenant->id = 1 + number % 100;
    const TimePoint now = clock_.now();
    const std::string id = new_delivery_id(now);
    const auto put = [&](Record what, std::shared_ptr<const Exchange> with) {
      to.push_back({id, now, std::move(what), event_, tenant, std::move(with), {}, {}});
    };
    Verdict good;
    good.success = true;
    good.status = 200;
    put(record::Accepted{}, nullptr);
    put(record::AttemptStarted{1}, exchange_);
    put(record::AttemptFinished{1, good}, exchange_);
    put(record::Ended{Outcome::delivered, 1, 0}, nullptr);
  }

 private:
  SystemClock clock_;
  std::shared_ptr<Tenant> tenant_;
  std::shared_ptr<const EventText> event_;
  std::shared_ptr<Exchange> exchange_;
};

void fill(const std::string& folder, int count) {
  const auto journal = SqliteJournal::open(folder);
  must(journal.ok(), "the journal cannot be opened");
  const FinishedDeliveries finished;
  std::vector<JournalRecord> records;
  for (int i = 1; i <= count; ++i) {
    finished.add(i, records);
    if (i % 1000 != 0 && i != count) continue;
    const auto error = (*journal)->append(records);
    must(!error, error ? error->message : std::string());
    records.clear();
  }
}

// Prints how many a second went the whole way. The clock runs until the last outcome is recorded.
void rate(const std::string& folder, const std::string& url, int tenants, int clients,
          int seconds) {
  const ServeProcess service(write_tenants(folder, url, tenants, "roomle"), folder);
  ApiConnection watcher(service.port());
  const auto before = status_of(watcher);
  std::atomic<std::uint64_t> accepted = 0;
  const auto start = BenchClock::now();
  const auto end = start + std::chrono::seconds(seconds);
  with_clients(service, clients, [&](int client, ApiConnection& connection) {
    for (std::uint64_t i = 0; BenchClock::now() < end; ++i) {
      const auto which = static_cast<int>((static_cast<std::uint64_t>(client) + i * 7) %
                                          static_cast<std::uint64_t>(tenants));
      const auto answer = connection.share(1 + which, i);
      if (answer.status == 200) {
        ++accepted;
      } else {
        // Too many are open: what is accepted faster than it is posted waits here.
        must(answer.status == 429, answer.body);
        std::this_thread::sleep_for(10ms);
      }
    }
  });
  while (status_of(watcher).at("open") > 0) std::this_thread::sleep_for(2ms);
  const double took = std::chrono::duration<double>(BenchClock::now() - start).count();
  const auto after = status_of(watcher);
  const auto delivered =
      after.at("delivered").get<std::uint64_t>() - before.at("delivered").get<std::uint64_t>();
  must(delivered == accepted,
       fmt::format("{} were accepted, and {} delivered", accepted.load(), delivered));
  fmt::print("{:.0f}\n", static_cast<double>(delivered) / took);
}

// When each event's POST has arrived, by the number in its configurationId.
class Arrivals {
 public:
  explicit Arrivals(std::size_t count) : at_(count) {
    auto bound = bind_socket("127.0.0.1", 0, false);
    must(bound.ok(), "no port for the endpoint");
    url_ = fmt::format("http://127.0.0.1:{}/", bound->port);
    listener_ = std::make_unique<HttpListener>(
        std::move(bound->socket), [this](HttpRequest& request, Connection& connection) {
          note(request.body);
          return connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
  }

  [[nodiscard]] const std::string& url() const { return url_; }
  // Blocks for all of them.
  const std::vector<BenchClock::time_point>& wait() {
    std::unique_lock lock(mutex_);
    all_.wait(lock, [&] { return seen_ == at_.size(); });
    return at_;
  }

 private:
  void note(const std::string& body) {
    static constexpr std::string_view kId = "bench:item:";
    const auto now = BenchClock::now();
    const std::size_t id = body.find(kId);
    if (id == std::string::npos) return;
    const std::lock_guard lock(mutex_);
    at_.at(std::strtoul(body.c_str() + id + kId.size(), nullptr, 10)) = now;
    if (++seen_ == at_.size()) all_.notify_all();
  }

  std::string url_;
  std::mutex mutex_;
  std::condition_variable all_;
  std::size_t seen_ = 0;
  std::vector<BenchClock::time_point> at_;
  std::unique_ptr<HttpListener> listener_;  // last: its threads use all of the above
};

// Prints the p50 and p99 in ms, from the moment each event was due to be sent until its POST has
// arrived, and until its answer has come. What is accepted is accepted between the two ends of the
// answer's time, so neither it nor a late client can make the figures better than they are.
void latency(const std::string& folder, int tenants, int seconds) {
  const auto count = static_cast<std::size_t>(seconds) * kEventsPerSecond;
  Arrivals arrivals(count);
  std::vector<double> answered(count);
  std::vector<double> posted(count);
  const ServeProcess service(write_tenants(folder, arrivals.url(), tenants, "roomle"), folder);
  const auto start = BenchClock::now() + 200ms;
  const auto due = [&](std::size_t i) {
    return start + i * std::chrono::microseconds(1'000'000 / kEventsPerSecond);
  };
  with_clients(service, kPacedClients, [&](int client, ApiConnection& connection) {
    for (auto i = static_cast<std::size_t>(client); i < count; i += kPacedClients) {
      std::this_thread::sleep_until(due(i));
      const auto answer = connection.share(1 + static_cast<int>(i) % tenants, i);
      must(answer.status == 200, answer.body);
      answered[i] = milliseconds(BenchClock::now() - due(i));
    }
  });
  const auto& at = arrivals.wait();
  for (std::size_t i = 0; i < count; ++i) posted[i] = milliseconds(at[i] - due(i));
  fmt::print("{:.2f} {:.2f} {:.2f} {:.2f}\n", percentile(posted, 0.5), percentile(posted, 0.99),
             percentile(answered, 0.5), percentile(answered, 0.99));
}

long metric(ApiConnection& connection, std::string_view name) {
  const std::string text = connection.get("/metrics").body;
  const std::size_t at = text.find(fmt::format("\n{} ", name));
  return at == std::string::npos ? 0 : std::atol(text.c_str() + at + name.size() + 2);
}

// Prints what they cost in memory, and how long a start takes after a kill.
void open(const std::string& folder, int count) {
  const ordered_json retry{{"attempts", 5}, {"backoff", {{"first", "1h"}}}};
  // A port that refuses: nobody listens on 9 here, and the loopback says so at once.
  const std::string tenants = write_tenants(folder, "http://127.0.0.1:9/", 100, retry);
  ServeProcess service(tenants, folder);
  const double at_first = service.megabytes("VmRSS");
  std::atomic<int> next = 0;
  with_clients(service, kOpenClients, [&](int, ApiConnection& connection) {
    for (int i = next++; i < count; i = next++) {
      const auto answer = connection.share(1 + i % 100, static_cast<std::uint64_t>(i));
      must(answer.status == 200, answer.body);
    }
  });
  ApiConnection watcher(service.port());
  while (metric(watcher, "roomle_sim_retries_scheduled_total") < count) {
    std::this_thread::sleep_for(20ms);
  }
  fmt::print(
      "{} open deliveries of 100 tenants: resident {:.0f} MB, at most {:.0f} MB, {:.0f} MB "
      "before\n",
      status_of(watcher).at("open").get<long>(), service.megabytes("VmRSS"),
      service.megabytes("VmHWM"), at_first);
  must(service.megabytes("VmHWM") < kMostMegabytes, "that is more memory than it is held to");
  service.end(SIGKILL);
  const ServeProcess again(tenants, folder);
  fmt::print(
      "started anew after a kill: ready after {:.0f} ms (held to 2000), {} taken up, "
      "resident {:.0f} MB\n",
      again.ready_ms(), again.taken_up(), again.megabytes("VmRSS"));
  must(again.taken_up() == count && again.ready_ms() < 2000, "that is not what it is held to");
}

int run(const std::vector<std::string>& words) {
  const auto number = [&](std::size_t at) { return std::stoi(words.at(at)); };
  const std::string& what = words.at(0);
  const std::string& folder = words.at(1);
  if (what == "fill") {
    fill(folder, number(2));
  } else if (what == "rate") {
    rate(folder, words.at(2), number(3), number(4), number(5));
  } else if (what == "latency") {
    latency(folder, number(2), number(3));
  } else if (what == "open") {
    open(folder, number(2));
  } else {
    throw std::runtime_error("fill, rate, latency or open: see bench/pipeline.cpp");
  }
  return 0;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  try {
    return roomle_sim::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_pipeline: {}\n", error.what());
    return 1;
  }
}
