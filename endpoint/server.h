// The programmable tenant endpoint: a real HTTP server on a real port that answers by a Behavior,
// checks each request, and remembers it.
//
// Every POST takes the next entry of the behaviour, whatever its path. Another method gets a 405
// and takes none; a request that is not HTTP, not complete, or larger than 1 MiB gets the status
// that says so and takes none. All of them are remembered, with the problem.
//
// A request is remembered, counted and told to the observer before the first byte of its answer
// leaves: who has the answer finds the request in requests().
//
// Threads: all functions may be called from any thread. Lifetime: the destructor stops the server.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "endpoint/behavior.h"
#include "endpoint/received.h"
#include "endpoint/tls_server.h"
#include "endpoint/verification.h"

namespace roomle_sim {

// What a connection is told to have met that speaks no TLS to an endpoint that does.
inline constexpr std::string_view kPlainHttp = "plain_http";

struct EndpointOptions {
  std::string host = "127.0.0.1";  // an address, or a name that has one
  std::uint16_t port = 0;          // 0: one that is free
  Behavior behavior;
  std::uint64_t seed = 0;  // for behaviours that draw
  Verification verification;
  std::size_t keep = 10'000;  // so many requests are remembered, the latest
  // What the time of a request is, and all that a behaviour makes of time but the pauses of a
  // response. Null: a SystemClock of its own. Must outlive the server; may jump ahead.
  const Clock* clock = nullptr;
  // Called for each request by the thread that serves it, one at a time and in their order. It
  // holds up the answer, and must not call stop(), set_behavior(), requests(), counts() or
  // wait_for().
  std::function<void(const ReceivedRequest&)> observer;
  // The same for a connection that meets a fault before a request is read from it: the fault's
  // answer_word(), or kPlainHttp.
  std::function<void(const std::string& met, TimePoint)> connection_observer;
  // Who vouches for the certificates of a behaviour that speaks TLS. Null: one of its own.
  std::shared_ptr<const TlsAuthority> authority;
};

struct EndpointCounts {
  std::uint64_t handled = 0;                     // requests remembered, of every kind
  std::uint64_t unexpected = 0;                  // answered 500 because of "then": "fail"
  std::uint64_t with_problems = 0;               // requests that had at least one problem
  std::map<std::string, std::uint64_t> answers;  // by answer_word(): {"200": 3, "blackhole": 1}
  // Connections that met a fault before a request was read from them, by answer_word() or
  // kPlainHttp.
  std::map<std::string, std::uint64_t> connections;
};

class EndpointServer {
 public:
  // Listens when it returns. A port that is taken or not allowed, or a host without an address, is
  // an error of ErrorCode::unavailable that names both.
  static Result<std::unique_ptr<EndpointServer>> start(EndpointOptions options);
  ~EndpointServer();
  EndpointServer(const EndpointServer&) = delete;
  EndpointServer& operator=(const EndpointServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // "http://127.0.0.1:41234/"; https where the behaviour of the moment speaks TLS.
  [[nodiscard]] std::string url() const;
  // The certificate of the authority that vouches for the endpoint's, as PEM; empty as long as no
  // behaviour spoke TLS.
  [[nodiscard]] std::string authority() const;

  // The latest `keep` requests, the oldest first.
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;
  [[nodiscard]] EndpointCounts counts() const;
  // Waits until `count` requests were handled since the start, where a connection that was reset on
  // accept counts as one; false when `deadline` or stop() came first.
  bool wait_for(std::uint64_t count, std::chrono::steady_clock::time_point deadline) const;

  // From now on this behaviour, from its start; requests under way end as they were planned. Where
  // it refuses connections, is down, or speaks TLS and the one before did not (or the reverse),
  // open connections end. An Error when the port cannot be opened again.
  std::optional<Error> set_behavior(Behavior behavior);

  // To be called by whoever made EndpointOptions::clock jump: outages that begin or end by it have
  // done so when it returns.
  std::optional<Error> clock_moved();

  // Ends every connection, also those that hang, and closes the port. Prompt, and may be repeated.
  void stop();

 private:
  class Impl;
  explicit EndpointServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
