// bench_transport URL THREADS SECONDS: how many POSTs a second HttpTransport makes, each thread one
// after the other. Prints that number. bench/transport.sh compares it to wrk's.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sender/http_transport.h"
#include "sender/worker_thread.h"

namespace roomle_sim {
namespace {

using std::chrono::steady_clock;

// The same as bench/transport.lua sends.
AttemptRequest make_request(const std::string& url) {
  AttemptRequest request;
  request.pool_key = "42";
  request.url = url;
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "bench"},
                     {"token", std::string(128, 'T')}};
  request.body = R"({"event":"email.savedConfiguration","data":{"filler":")" +
                 std::string(400, 'x') + R"("}})";
  return request;
}

struct Tally {
  std::atomic<long> right = 0;
  std::atomic<long> wrong = 0;
};

void post_until(HttpTransport& transport, const AttemptRequest& request,
                steady_clock::time_point end, Tally& tally) {
  settle_as_worker();  // as the dispatcher's workers do
  long right = 0;
  long wrong = 0;
  while (steady_clock::now() < end) {
    const AttemptResult result = transport.post(request);
    ++(!result.error && result.response->status == 200 ? right : wrong);
  }
  tally.right += right;
  tally.wrong += wrong;
}

int run(const std::string& url, int threads, int seconds) {
  HttpTransportOptions options;
  options.idle_per_key = static_cast<std::size_t>(threads);
  auto transport = HttpTransport::create(options);
  if (!transport) {
    std::fprintf(stderr, "%s\n", transport.error().message.c_str());
    return 3;
  }
  const AttemptRequest request = make_request(url);
  Tally tally;
  const auto start = steady_clock::now();
  const auto end = start + std::chrono::seconds(seconds);
  std::vector<std::thread> posters;
  for (int i = 0; i < threads; ++i) {
    posters.emplace_back([&] { post_until(**transport, request, end, tally); });
  }
  for (std::thread& poster : posters) poster.join();
  const std::chrono::duration<double> took = steady_clock::now() - start;
  std::printf("%.0f\n", static_cast<double>(tally.right) / took.count());
  if (tally.wrong > 0) std::fprintf(stderr, "%ld posts failed\n", tally.wrong.load());
  return tally.wrong > 0 ? 4 : 0;
}

}  // namespace
}  // namespace roomle_sim

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_transport URL THREADS SECONDS\n");
    return 1;
  }
  return roomle_sim::run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
}
