// Runs one scenario: on real sockets, with the same dispatcher that `send` uses, or in virtual
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scenarios/difference.h"
#include "scenarios/observation.h"
#include "scenarios/scenario.h"
#include "scenarios/time_mode.h"
#include "sender/http_transport.h"
#include "sender/outgoing.h"

namespace roomle_sim {

struct RunOptions {
  TimeMode time = TimeMode::real;
  // The webhook of the tenants that have none written, instead of the built-in endpoint. What such
  // an endpoint received is unknown: expectations on it count as not checked.
  std::optional<std::string> external_endpoint;
  std::optional<Duration> timeout;     // replaces the scenario's own; in real time
  std::optional<std::uint64_t> seed;   // replaces the scenario's own
  std::optional<std::string> mailbox;  // as open_mailbox() takes it; nothing: in memory
  HttpTransportOptions transport;
  OutgoingOptions outgoing;
  bool keep_sends = false;  // ScenarioResult::sends also where all is as expected
};

// One send of a scenario, and all that came of it.
struct SendRecord {
  Location where;        // of its step
  std::string name;      // of "as"; may be empty
  std::string delivery;  // its id; empty where it was refused
  TimePoint at;          // when it was handed over
  Event event;           // as it was sent
  Tenant tenant;         // with the webhook that it had in this run
  bool built_in;         // that webhook was a built-in endpoint's, which ended with the run
  SendFacts facts;
};

struct ScenarioResult {
  enum class State {
    passed,
    failed,       // `differences` tells
    error,        // could not run: `error` tells
    interrupted,  // stopped before its end
  };
  const Scenario* scenario = nullptr;  // the caller's
  State state = State::passed;
  std::vector<Difference> differences;
  std::string error;
  int not_checked = 0;             // expectations that an external endpoint leaves open
  bool endpoint_ignored = false;   // the scenario's `endpoint` was not used
  std::uint64_t seed = 1;          // of the jitter: run with it to see the same waits
  Duration duration{0};            // that the run took
  Duration passed_time{0};         // on the scenario's clock: more, where time is not real
  std::vector<std::string> story;  // what happened, a line each
  std::string reproduce;           // a command that runs this very scenario again; may be empty
  TimePoint begin;                 // on the clock that the sends' times are of
  // In the order of the steps; empty where the scenario passed and RunOptions::keep_sends is not
  // set. It has what was sent as it was: what is shown of it goes through scenarios/masking.h.
  std::vector<SendRecord> sends;
};

std::string_view state_word(ScenarioResult::State state);

// Blocks until the scenario has ended, its time is up, or a stop was requested. Each call has its
// own endpoint, journal, mailbox and connections: any number may run at once, also of the same
// scenario. `scenario` must outlive the result.
ScenarioResult run_scenario(const Scenario& scenario, const RunOptions& options,
                            const std::stop_token& stop = {});

}  // namespace roomle_sim
