// What the programmable tenant endpoint answers: a description read from JSON, and the pure map
// from a request to a response plan. The server (endpoint/server.h) acts a plan out on a socket.
//
//   {"by": [{"tenant": 7, "status": 410}],
//    "sequence": [{"status": 503, "headers": {"Retry-After": "5"}, "times": 2}, 200],
//    "then": "repeat_last"}
//
// The whole format is in docs/endpoint.md, the exact meaning of each fault in docs/faults.md.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/random.h"
#include "base/time.h"
#include "endpoint/delay.h"
#include "endpoint/response_plan.h"

namespace roomle_sim {

// So many requests in a window that begins with the first of them; those beyond get a 429 with the
// time that is left as Retry-After, in whole seconds.
struct RateLimit {
  std::uint64_t requests = 0;
  Duration window{0};
};

struct BehaviorEntry {
  ResponsePlan plan;
  std::uint64_t times = 1;    // how many requests in a row it answers
  Delay delay = Duration{0};  // drawn into the plan
  std::optional<RateLimit> rate_limit;
};

inline bool is_of_connection(const BehaviorEntry& entry) {
  return is_of_connection(entry.plan.fault);
}

// What a request past the end of the sequence gets.
enum class AfterSequence {
  repeat_last,  // the last entry again (default)
  cycle,        // the sequence from its start
  fail,         // a 500, counted as unexpected
};

struct Answers {
  std::vector<BehaviorEntry> sequence;  // empty: 200 without a body, always
  AfterSequence then = AfterSequence::repeat_last;
};

// Answers for the requests that it fits; each rule goes through its sequence by itself.
struct BehaviorRule {
  std::string event;                      // the event's type; empty: any
  std::optional<std::int64_t> tenant_id;  // whose token it is; nothing: anybody's
  double probability = 1;                 // drawn for each request that fits otherwise
  Answers answers;
};

// A time in which connections are refused, and those that are open are ended; from the moment the
// behaviour began.
struct Outage {
  Duration from{0};
  std::optional<Duration> until;  // nothing: for ever
};

struct Behavior : Answers {
  std::vector<BehaviorRule> by;  // the first that fits answers; else the sequence
  bool refuse = false;           // the port is held but not listened on: connections are refused
  TlsMode tls = TlsMode::none;
  std::vector<Outage> outages;

  // With faults that are met by connections before a request is read, each connection carries one
  // request, so that every request can meet them.
  [[nodiscard]] bool one_request_a_connection() const;
  // So long after its beginning.
  [[nodiscard]] bool is_down(Duration since_start) const;
  // The next beginning or end of an outage after that; nothing: none follows.
  [[nodiscard]] std::optional<Duration> next_change(Duration since_start) const;
};

// What the choice of an answer may depend on.
struct RequestFacts {
  std::string_view event;                 // the event's type; empty when the body names none
  std::optional<std::int64_t> tenant_id;  // whose token it was, when known
};

// Pure. Which answers a request gets: the index of a rule, or by.size() for the sequence.
std::size_t choose_answers(const Behavior& behavior, const RequestFacts& facts, Random& random);

// Pure. The entry at a position, counted in requests: 0, 1, 2, …; null where there is none: past
// the end with "then": "fail", or in an empty sequence.
const BehaviorEntry* entry_at(const Answers& answers, std::uint64_t position);

// Pure. The plan of an entry, with all that is drawn; of null what an empty sequence gives.
ResponsePlan plan_for(const Answers& answers, const BehaviorEntry* entry, Random& random);

// Hands out the entries of one behaviour. Threads: all functions may be called from many at once;
// each position is handed out exactly once.
class BehaviorState {
 public:
  // `started`: what outages are counted from.
  explicit BehaviorState(Behavior behavior, std::uint64_t seed = 0, TimePoint started = {})
      : behavior_(std::move(behavior)),
        random_(seed),
        started_(started),
        one_request_a_connection_(behavior_.one_request_a_connection()) {
    cursors_.resize(behavior_.by.size() + 1);
  }

  // For a new connection, before anything is read from it: the fault that it meets, or nothing.
  std::optional<ResponsePlan> connect();
  // For a request. A fault of a connection that comes up here, on a connection that was open
  // already, is a reset.
  ResponsePlan next(std::string_view event, std::optional<std::int64_t> tenant_id, TimePoint now);

  [[nodiscard]] const Behavior& behavior() const { return behavior_; }
  [[nodiscard]] TimePoint started() const { return started_; }
  [[nodiscard]] bool one_request_a_connection() const { return one_request_a_connection_; }

 private:
  struct Window {
    TimePoint begin;
    std::uint64_t requests = 0;
  };
  // Nothing while there is room in the window, and then takes it.
  std::optional<ResponsePlan> limit(const BehaviorEntry& entry, TimePoint now);

  const Behavior behavior_;
  const Random random_;
  const TimePoint started_;
  const bool one_request_a_connection_;
  std::mutex mutex_;
  std::vector<std::uint64_t> cursors_;  // of the rules, and of the sequence
  std::uint64_t requests_ = 0;
  std::uint64_t connections_ = 0;
  std::map<const BehaviorEntry*, Window> windows_;
};

// Reads a behaviour, reporting every mistake at its place. Status 200 to 599; times at least 1.
Behavior read_behavior(const JsonNode& node, Diagnostics& diagnostics);

// A whole behaviour file. On mistakes: all of them rendered, as an Error of bad_input.
Result<Behavior> parse_behavior(const Source& source);

}  // namespace roomle_sim
