// What the programmable tenant endpoint answers: a description read from JSON, and the pure map
// from a request to a response plan. The server (endpoint/server.h) acts a plan out on a socket.
//
//   {"sequence": [{"status": 503, "headers": {"Retry-After": "5"}, "body": "down", "times": 2},
//   200],
//    "then": "repeat_last"}
//
// The whole format, with the exact meaning of each fault, is in docs/endpoint.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/random.h"
#include "base/time.h"
#include "sender/transport.h"

namespace roomle_sim {

// What goes wrong with a response. All of them happen after the request was wholly read.
enum class Fault {
  none,
  reset_before_response,     // a TCP reset instead of a response
  reset_after_headers,       // the head of a response that has a body, then a TCP reset
  empty_response,            // an orderly close without a byte
  malformed_status_line,     // the first line is no HTTP
  malformed_header,          // a header line without a colon
  malformed_chunk,           // chunked, and a chunk's size is no number
  malformed_content_length,  // promises more bytes than come before the close
  blackhole,                 // nothing, for ever
};

// How one request is answered.
struct ResponsePlan {
  int status = 200;
  Headers headers;  // in order; the framing's own are added by the server
  std::string body;
  Duration delay{0};  // between the request's last byte and the first act
  Fault fault = Fault::none;
  std::optional<Duration> dribble;  // one byte of the response, then this pause, and so on
  bool endless_body = false;        // the body is repeated for ever, chunked
  bool unexpected = false;          // nobody foresaw this request ("then": "fail")

  // Whether a status line that a client can read is sent.
  [[nodiscard]] bool has_status() const;
};

// The answer in a few stable words, as outputs and counts have it: "503", "connection_reset",
// "connection_reset after_headers", "malformed chunk", "200 dribble", "200 endless_body".
std::string answer_word(const ResponsePlan& plan);

struct BehaviorEntry {
  ResponsePlan plan;
  std::uint64_t times = 1;  // how many requests in a row it answers
};

// What a request past the end of the sequence gets.
enum class AfterSequence {
  repeat_last,  // the last entry again (default)
  cycle,        // the sequence from its start
  fail,         // a 500, counted as unexpected
};

struct Behavior {
  std::vector<BehaviorEntry> sequence;  // empty: 200 without a body, always
  AfterSequence then = AfterSequence::repeat_last;
  bool refuse = false;  // the port is held but not listened on: connections are refused
};

// What a plan may depend on.
struct RequestFacts {
  std::uint64_t position = 0;             // of the requests that took an entry: 0, 1, 2, …
  std::string_view event;                 // the event's type; empty when the body names none
  std::optional<std::int64_t> tenant_id;  // whose token it was, when known
};

// Pure: the same arguments give the same plan.
ResponsePlan plan_for(const Behavior& behavior, const RequestFacts& facts, TimePoint now,
                      Random random);

// Hands out the entries of one behaviour. Threads: next() may be called from many at once; each
// position is handed out exactly once.
class BehaviorState {
 public:
  explicit BehaviorState(Behavior behavior, std::uint64_t seed = 0)
      : behavior_(std::move(behavior)), random_(seed) {}

  ResponsePlan next(std::string_view event, std::optional<std::int64_t> tenant_id, TimePoint now);

  [[nodiscard]] const Behavior& behavior() const { return behavior_; }

 private:
  const Behavior behavior_;
  const Random random_;
  std::atomic<std::uint64_t> cursor_{0};
};

// Reads a behaviour, reporting every mistake at its place. Status 200 to 599; times at least 1.
Behavior read_behavior(const JsonNode& node, Diagnostics& diagnostics);

// A whole behaviour file. On mistakes: all of them rendered, as an Error of bad_input.
Result<Behavior> parse_behavior(const Source& source);

}  // namespace roomle_sim
