// The programmable tenant endpoint without sockets and without waiting, in its caller's time: what
// a POST comes to is worked out from the same behaviour, the same acts on the wire and the same
// reading of the answer as over a socket.
//
// - The request is composed by the sender's own HttpExchange, checked by the endpoint's receive(),
//   and answered by its ResponseScript, whose bytes the exchange then judges. So reason, status,
//   headers, body, `body_cut`, `request_sent` and `detail` are those of a real post.
// - Bytes and connections cost no time; only the pauses of a response do. What is due exactly at
//   the deadline comes too late.
// - An endless response ends at the deadline. Its bytes are made only as far as they can matter
//   (kMostEndless); from there on nothing but the deadline can end it.
// - Each post has a connection of its own: `reused_connection` is never set.
// - TLS costs nothing and ciphers nothing: only what it comes to is worked out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "endpoint/behavior.h"
#include "endpoint/received.h"
#include "endpoint/response_script.h"
#include "endpoint/verification.h"
#include "sender/transport.h"

namespace roomle_sim {

// Threads: one at a time.
class VirtualEndpoint {
 public:
  // Beyond the limits of the sender's reading: its cap on heads, and on what it keeps of a body.
  static constexpr std::size_t kMostEndless = 4 * kBodyCap;

  struct Options {
    Behavior behavior;
    std::uint64_t seed = 0;  // as EndpointOptions has it
    Verification verification;
    std::string name;   // what ReceivedRequest::endpoint says
    TimePoint started;  // when it began to listen: outages are counted from then
    // What the sender makes of certificates: whether it knows the endpoint's authority, and whether
    // it takes any certificate at all.
    bool trusted = true;
    bool insecure = false;
  };

  explicit VirtualEndpoint(Options options);
  ~VirtualEndpoint();
  VirtualEndpoint(const VirtualEndpoint&) = delete;
  VirtualEndpoint& operator=(const VirtualEndpoint&) = delete;

  // What a POST that begins at `start` comes to, to be called in the order of `start`.
  // `result.duration` is the time it took: at most the request's timeout, and exactly that when the
  // deadline passes. The host of the URL is anybody's: no name is looked up.
  AttemptResult post(const AttemptRequest& request, TimePoint start);

  // All that were received, in their order; `time` is when each began.
  [[nodiscard]] const std::vector<ReceivedRequest>& requests() const { return requests_; }

 private:
  class Channel;
  struct Target;
  // Null where it is no URL; `result` says so.
  Target* target_of(const std::string& url, AttemptResult& result);
  // What went wrong before a request could leave; nothing: it can.
  std::optional<AttemptResult> connect(const Target& target, TlsMode mode) const;
  // Takes the request, as its bytes are on the wire, and gives what is answered.
  ResponseScript answer(std::string_view wire, TimePoint now);

  const Options options_;
  BehaviorState state_;
  std::map<std::string, std::unique_ptr<Target>> targets_;  // by URL
  std::vector<ReceivedRequest> requests_;
};

}  // namespace roomle_sim
