// What the service counts, for Prometheus (GET /metrics), by the client library prometheus-cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/time.h"
#include "sender/journal.h"

namespace roomle_sim {

// Threads: every member may be called from any.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void observe(std::span<const JournalRecord> records);  // an observer of the Feed
  // `route`: the route's pattern, never the path, so that the number of series is bounded.
  void count_request(const std::string& method, const std::string& route, int status,
                     Duration duration);
  // Asked at each scrape. Set before the server starts.
  void set_open_deliveries(std::function<std::size_t()> open);

  // The text exposition format, version 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
