// Five hundred scenarios with the built-in endpoint, from the command line, and the start of the
// program: held to 5 s with skipped time, 1 s with virtual time, 20 ms.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kScenarios = 500;
constexpr int kRounds = 5;
constexpr int kStarts = 51;

// Each with another endpoint: what it answers, how often it is tried, and what must come of it.
struct Kind {
  const char* endpoint;
  const char* retry;
  const char* expected;
};
constexpr Kind kKinds[] = {
    {R"([200])", R"("roomle")", R"("outcome": "delivered", "attempts": 1)"},
    {R"([503])", R"("roomle")", R"("outcome": "mailed", "mails": 1)"},
    {R"([503, 429, 200])", R"({"schedule": ["5s", "5m"]})",
     R"("outcome": "delivered", "attempts": 3)"},
    {R"([503])", R"("standard-webhooks")", R"("outcome": "mailed", "attempts": 10)"},
    {R"([{"connection_reset": true}, 200])", R"({"attempts": 4, "backoff": {"first": "1m"}})",
     R"("outcome": "delivered", "attempts": 2)"},
};

void write_scenarios(const std::string& folder) {
  for (int i = 0; i < kScenarios; ++i) {
    const Kind& kind = kKinds[static_cast<std::size_t>(i) % std::size(kKinds)];
    std::ofstream(fmt::format("{}/{:03}.json", folder, i)) << fmt::format(
        R"({{"name": "scenario {}", "tenants": [{{"id": 42, "name": "acme", "apiKey": "aValidApiKey",
 "simulator": {{"retry": {}}}}}],
 "credentials": [{{"apiKey": "aValidApiKey", "secret": "a-Secr3t_Str1ng!"}}],
 "endpoint": {{"sequence": {}}},
 "steps": [{{"send": "email.savedConfiguration"}}, {{"expect": {{{}}}}}]}})",
        i, kind.retry, kind.endpoint, kind.expected);
  }
}

double run(const std::string& arguments) {
  const auto start = std::chrono::steady_clock::now();
  const std::string command = fmt::format("'{}' {} >/dev/null", PROGRAM, arguments);
  if (std::system(command.c_str()) != 0) throw std::runtime_error(arguments + " failed");
  return Milliseconds(std::chrono::steady_clock::now() - start).count();
}

// Prints the median and says whether it is within the limit.
bool measure(const std::string& what, int rounds, const std::string& arguments, double limit) {
  std::vector<double> took;
  for (int i = 0; i < rounds; ++i) took.push_back(run(arguments));
  std::sort(took.begin(), took.end());
  const double median = took[took.size() / 2];
  fmt::print("{:<28} {:>8.1f} ms  (from {:.1f} to {:.1f}; held to {:.0f})\n", what, median,
             took.front(), took.back(), limit);
  return median <= limit;
}

int bench() {
  std::string folder = (std::filesystem::temp_directory_path() / "roomle-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  write_scenarios(folder);
  bool within = measure("the program's start", kStarts, "--version", 20);
  const std::string all = fmt::format("run '{}' -q --time ", folder);
  within = measure(fmt::format("{} with --time skip", kScenarios), kRounds, all + "skip", 5000) &&
           within;
  within =
      measure(fmt::format("{} with --time virtual", kScenarios), kRounds, all + "virtual", 1000) &&
      within;
  std::filesystem::remove_all(folder);
  return within ? 0 : 1;
}

}  // namespace
}  // namespace roomle_sim

int main() {
  try {
    return roomle_sim::bench();
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_scenarios: {}\n", error.what());
    return 1;
  }
}
