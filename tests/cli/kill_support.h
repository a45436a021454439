// What the kill test needs beside the program: an endpoint that fails at random and remembers what
// it has seen, and clients that share as fast as they can.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/random.h"
#include "endpoint/http_listener.h"
#include "tests/support/raw_client.h"

namespace roomle_sim {

// Answers 200 or 503, closes or resets without an answer, or hangs: by a seed. Its log is the truth
// about what was posted.
class FlakyEndpoint {
 public:
  struct Seen {
    int posts = 0;
    int successes = 0;  // answered 200
  };

  explicit FlakyEndpoint(std::uint64_t seed) : seed_(seed) {
    auto bound = bind_socket("127.0.0.1", 0, false);
    if (!bound) throw std::runtime_error(bound.error().message);
    port_ = bound->port;
    listener_ = std::make_unique<HttpListener>(
        std::move(bound->socket), [this](HttpRequest& request, Connection& connection) {
          return serve(request, connection);
        });
  }

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }

  // By data.configurationId. For the end, when nothing is posted any more.
  std::map<std::string, Seen> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  bool serve(const HttpRequest& request, Connection& connection) {
    const auto body = json_from<nlohmann::json>(request.body);
    const auto id = body.is_object() ? body["data"].value("configurationId", "") : std::string();
    const double drawn = Random(seed_).split(number_++).uniform();
    const bool success = drawn < 0.6;
    {
      const std::lock_guard lock(mutex_);
      Seen& seen = seen_[id];
      ++seen.posts;
      if (success) ++seen.successes;
    }
    if (success) return connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (drawn < 0.85) {
      return connection.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    }
    if (drawn < 0.9) {
      connection.reset();
    } else if (drawn > 0.95) {
      connection.wait_for_close();  // until the deadline of whoever posts
    }
    return false;
  }

  const std::uint64_t seed_;
  std::atomic<std::uint64_t> number_ = 0;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
  std::unique_ptr<HttpListener> listener_;  // last: its threads use all of the above
};

// Shares until its service dies. Each event has a configurationId that no other has.
class Sharers {
 public:
  explicit Sharers(std::vector<int> tenants) : tenants_(std::move(tenants)) {}
  ~Sharers() { join(); }
  Sharers(const Sharers&) = delete;
  Sharers& operator=(const Sharers&) = delete;

  void start(std::uint16_t port, int threads) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, port] { share_on(port); });
    }
  }
  // When the service is dead.
  void join() {
    for (std::thread& one : threads_) one.join();
    threads_.clear();
  }
  // Whether so many more were acknowledged before the limit.
  bool wait_for_more(std::size_t count, Duration limit) {
    std::unique_lock lock(mutex_);
    const std::size_t wanted = acknowledged_.size() + count;
    return changed_.wait_for(lock, limit, [&] { return acknowledged_.size() >= wanted; });
  }
  // The deliveries that the service has said it has accepted, each with its configurationId.
  std::map<std::string, std::string> acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }

 private:
  void share_on(std::uint16_t port) {
    test::RawClient client(port);
    while (client.connected()) {
      const std::uint64_t number = next_++;
      const int tenant = tenants_[number % tenants_.size()];
      const std::string id = fmt::format("kill:{}", number);
      client.send(test::raw_post("email=customer%40example.com&type=3&message=hello",
                                 {{"Content-Type", "application/x-www-form-urlencoded"},
                                  {"currentTenant", std::to_string(tenant)},
                                  {"configurator", "killed"}},
                                 fmt::format("/v2/configurations/{}/shares", id)));
      const std::string answer = client.read_response();
      const std::size_t body = answer.find("\r\n\r\n");
      if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) return;
      const auto json = json_from<nlohmann::json>(answer.substr(body + 4));
      // Half of an answer is none.
      if (!json.is_object() || !json.contains("delivery")) return;
      const std::lock_guard lock(mutex_);
      acknowledged_.emplace(json["delivery"].get<std::string>(), id);
      changed_.notify_all();
    }
  }

  const std::vector<int> tenants_;
  std::atomic<std::uint64_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> acknowledged_;
  std::vector<std::thread> threads_;
};

}  // namespace roomle_sim
