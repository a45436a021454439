#include "scenarios/runner.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenarios/observation.h"
#include "scenarios/stage.h"
#include "scenarios/story.h"

namespace roomle_sim {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How long after a delivery's end the endpoint may take to note a request that was wholly sent to
// it. It notes one before it answers, so that this only matters where nobody waited for the answer.
constexpr Duration kLateRequests = std::chrono::seconds(2);

class ScenarioRun {
 public:
  ScenarioRun(const Scenario& scenario, const RunOptions& options, const std::stop_token& stop)
      : scenario_(scenario), options_(options), stop_(stop) {
    result_.scenario = &scenario;
    result_.endpoint_ignored = options.external_endpoint && scenario.endpoint;
  }

  ScenarioResult run() {
    const auto start = SteadyClock::now();
    deadline_ = start + options_.timeout.value_or(scenario_.timeout);
    auto stage = Stage::set_up(scenario_, options_);
    if (stage) {
      stage_ = *std::move(stage);
      result_.seed = stage_->seed();
      const std::stop_callback give_up(stop_, [this] { stage_->give_up(); });
      perform();
    } else {
      fail(stage.error().message);
    }
    result_.duration = SteadyClock::now() - start;
    return std::move(result_);
  }

 private:
  using State = ScenarioResult::State;

  struct Sent {
    const SendStep* step;
    std::string delivery;  // its id; empty where it was refused
    SendFacts facts;
    bool refusal_expected = false;
    bool overdue = false;  // told already that it did not end in time
  };

  void perform() {
    for (const ScenarioStep& step : scenario_.steps) {
      if (stop_.stop_requested() || result_.state == State::error) break;
      if (const auto* send = std::get_if<SendStep>(&step)) {
        perform(*send);
      } else {
        perform(std::get<Expectation>(step));
      }
    }
    // Nothing is left running unseen: also what nobody asked about has to end in time.
    if (result_.state == State::passed || result_.state == State::failed) await_all();
    expect_no_other_refusal();
    tell_story();
    conclude();
  }

  void perform(const SendStep& send) {
    Sent sent{&send, {}, {}};
    Result<std::string> delivery =
        stage_->dispatcher().submit(stage_->registry(), send.tenant_id, send.event);
    if (delivery) {
      sent.delivery = *std::move(delivery);
    } else if (delivery.error().code == ErrorCode::usage) {
      sent.facts.refusal = delivery.error().message;
    } else {
      fail(delivery.error().message);
    }
    sent_.push_back(std::move(sent));
  }

  void perform(const Expectation& expectation) {
    Sent& about = sent_.at(*expectation.send);
    const bool total =
        std::any_of(expectation.checks.begin(), expectation.checks.end(),
                    [](const Check& check) { return check.name.starts_with("total."); });
    const bool ended = total ? await_all() : await(about);
    if (!ended || stop_.stop_requested() || !gather()) return;
    if (expectation.expects_refusal()) {
      about.refusal_expected = true;
    } else if (about.facts.refusal && !total) {
      return;  // expect_no_other_refusal() tells it once
    }
    nlohmann::json observation = observe(about.facts);
    if (total) observation["total"] = observe_totals();
    Comparison compared = compare(expectation, observation, options_.external_endpoint.has_value());
    result_.not_checked += compared.not_checked;
    std::move(compared.differences.begin(), compared.differences.end(),
              std::back_inserter(result_.differences));
  }

  // False where it did not end; that is then in the result.
  bool await(Sent& sent) {
    if (sent.facts.refusal || sent.overdue) return !sent.overdue;
    if (stage_->journal().wait_for_end(sent.delivery, deadline_ - SteadyClock::now())) return true;
    if (stop_.stop_requested()) return false;
    sent.overdue = true;
    if (const std::optional<Error> failure = stage_->dispatcher().failure()) {
      fail(failure->message);
      return false;
    }
    sent.facts.records = stage_->journal().records_of(sent.delivery);
    const int attempts = observe(sent.facts)["attempts"].get<int>();
    const Duration limit = options_.timeout.value_or(scenario_.timeout);
    result_.differences.push_back(
        {sent.step->where, "the delivery's end",
         fmt::format("within the scenario's time of {}", format_duration(limit)),
         fmt::format("still open after {} attempt{}", attempts, attempts == 1 ? "" : "s")});
    return false;
  }

  bool await_all() {
    bool all = true;
    for (Sent& sent : sent_) all = await(sent) && all;
    return all;
  }

  // Brings the facts of all sends up to date. False on an error, which is then in the result.
  bool gather() {
    std::vector<SendFacts> facts;
    for (Sent& sent : sent_) {
      if (!sent.facts.refusal) {
        sent.facts.records = stage_->journal().records_of(sent.delivery);
        auto mails = stage_->mails_of(sent.delivery);
        if (!mails) return fail(mails.error().message);
        sent.facts.mails = *std::move(mails);
      }
      facts.push_back(sent.facts);
    }
    if (const EndpointServer* endpoint = stage_->endpoint()) {
      endpoint->wait_for(sent_to_endpoint(),
                         std::min(deadline_, SteadyClock::now() + kLateRequests));
      const std::vector<ReceivedRequest> requests = endpoint->requests();
      received_ = requests.size();
      attribute_requests(requests, facts);
    }
    for (std::size_t i = 0; i < sent_.size(); ++i) sent_[i].facts = std::move(facts[i]);
    return true;
  }

  // How many requests of ended attempts left wholly for the built-in endpoint.
  std::uint64_t sent_to_endpoint() const {
    std::uint64_t count = 0;
    for (const Sent& sent : sent_) {
      if (!scenario_.built_in.contains(sent.step->tenant_id)) continue;
      for (const JournalRecord& record : sent.facts.records) {
        if (!std::holds_alternative<record::AttemptFinished>(record.what)) continue;
        if (record.exchange && record.exchange->result.request_sent) ++count;
      }
    }
    return count;
  }

  nlohmann::json observe_totals() const {
    std::vector<SendFacts> facts;
    for (const Sent& sent : sent_) facts.push_back(sent.facts);
    return observe_total(facts, received_);
  }

  void expect_no_other_refusal() {
    for (const Sent& sent : sent_) {
      if (!sent.facts.refusal || sent.refusal_expected) continue;
      result_.differences.push_back({sent.step->where, "the event", "accepted",
                                     fmt::format("refused: {}", *sent.facts.refusal)});
    }
  }

  void tell_story() {
    for (const Sent& sent : sent_) {
      const Tenant* tenant = stage_->registry()->find(sent.step->tenant_id);
      result_.story.push_back(tell_send(sent.step->event, *tenant));
      if (sent.facts.refusal) {
        result_.story.push_back(fmt::format("  refused: {}", *sent.facts.refusal));
        continue;
      }
      for (const JournalRecord& record : stage_->journal().records_of(sent.delivery)) {
        const std::string line = tell_record(record);
        if (!line.empty()) result_.story.push_back("  " + line);
      }
    }
  }

  void conclude() {
    if (result_.state == State::error) return;
    if (stop_.stop_requested()) {
      result_.state = State::interrupted;
    } else if (!result_.differences.empty()) {
      result_.state = State::failed;
    }
  }

  bool fail(std::string message) {
    result_.state = State::error;
    result_.error = std::move(message);
    return false;
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  const std::stop_token stop_;
  SteadyClock::time_point deadline_;
  std::unique_ptr<Stage> stage_;
  std::vector<Sent> sent_;
  std::size_t received_ = 0;  // by the built-in endpoint, in all
  ScenarioResult result_;
};

}  // namespace

std::string_view state_word(ScenarioResult::State state) {
  switch (state) {
    case ScenarioResult::State::passed:
      return "passed";
    case ScenarioResult::State::failed:
      return "failed";
    case ScenarioResult::State::error:
      return "error";
    case ScenarioResult::State::interrupted:
      return "interrupted";
  }
  return "";
}

ScenarioResult run_scenario(const Scenario& scenario, const RunOptions& options,
                            const std::stop_token& stop) {
  return ScenarioRun(scenario, options, stop).run();
}

}  // namespace roomle_sim
