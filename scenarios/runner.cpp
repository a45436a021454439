#include "scenarios/runner.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "scenarios/attribution.h"
#include "scenarios/observation.h"
#include "scenarios/stage.h"
#include "scenarios/story.h"
#include "scenarios/timeline.h"
#include "sender/catalogue.h"

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
    result_.endpoint_ignored =
        options.external_endpoint && (scenario.endpoint || !scenario.endpoints.empty());
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
    TimePoint at;          // when it was handed over
    Event event;           // as it was sent
    SendFacts facts;
    bool complete = false;  // its records and mails are all there
    std::uint64_t wholly_sent = 0;
    bool refusal_expected = false;
    bool overdue = false;  // told already that it did not end in time
    bool left_open = false;
  };

  void perform() {
    begin_ = stage_->now();
    for (const ScenarioStep& step : scenario_.steps) {
      if (stop_.stop_requested() || result_.state == State::error) break;
      const bool due = std::visit([this](const auto& one) { return await_time(one); }, step);
      if (!due) break;
      std::visit([this](const auto& one) { perform(one); }, step);
    }
    if (result_.state == State::passed || result_.state == State::failed) await_rest();
    result_.passed_time = stage_->now() - begin_;
    expect_no_other_refusal();
    tell_story();
    conclude();
    if (options_.keep_sends || result_.state == State::failed) keep_sends();
  }

  void tell(const StepOriginPtr& origin, Difference difference) {
    const std::string round = describe(origin);
    if (!round.empty()) difference.name += fmt::format(" ({})", round);
    result_.differences.push_back(std::move(difference));
  }

  // Waits for the step's time, where it has one. False where the scenario will not come to it.
  template <class Step>
  bool await_time(const Step& step) {
    if (!step.at) return true;
    const TimePoint when = begin_ + *step.at;
    const Duration limit = options_.timeout.value_or(scenario_.timeout);
    if (stage_->waits_in_real_time() && *step.at > limit) {
      tell(step.origin,
           {step.where, "the step's time",
            fmt::format("within the scenario's time of {}", format_duration(limit)),
            fmt::format("at {}; --time skip and virtual do not wait", format_duration(*step.at))});
      return false;
    }
    if (stage_->wait_until(when, deadline_)) return true;
    if (stop_.stop_requested()) return false;
    if (const std::optional<Error> failure = stage_->failure()) return fail(failure->message);
    tell(step.origin,
         {step.where, "the step's time",
          fmt::format("within the scenario's time of {}", format_duration(limit)),
          fmt::format("at {}; something was under way for longer", format_duration(*step.at))});
    return false;
  }

  void perform(const SendStep& send) {
    Sent sent{&send, {}, stage_->now(), send.event, {}};
    if (send.deferred_data && !fill_event(send, sent.event)) {
      sent.facts.refusal = "its data is not known";
      sent.refusal_expected = true;  // told already
      captures_.set_unknown("delivery.id");
      sent_.push_back(std::move(sent));
      return;
    }
    Result<std::string> delivery = stage_->submit(send.tenant_id, sent.event);
    if (delivery) {
      sent.delivery = *std::move(delivery);
      captures_.set("delivery.id", sent.delivery);
    } else if (delivery.error().code == ErrorCode::usage) {
      sent.facts.refusal = delivery.error().message;
    } else {
      fail(delivery.error().message);
    }
    sent_.push_back(std::move(sent));
  }

  // False, and told, where a value is not known, or the data with it is none.
  bool fill_event(const SendStep& send, Event& event) {
    const auto data = captures_.fill_data(*send.deferred_data);
    if (!data) {
      tell_missing(send.origin, send.where, "the event", data.error());
      return false;
    }
    Result<Event> made = make_event(send.event.type, *data);
    if (made) {
      event = *std::move(made);
      return true;
    }
    tell(send.origin, {send.where, "the event", "data that is right", made.error().message});
    return false;
  }

  void tell_missing(const StepOriginPtr& origin, const Location& where, const std::string& name,
                    const Captures::Missing& missing) {
    tell(origin, {where, name, fmt::format("a value of '${{{}}}'", missing.name),
                  missing.unknown ? "it is not known here" : "none was captured"});
  }

  void perform(const CaptureStep& step) {
    Sent& about = sent_.at(step.send);
    if (!await(about) || stop_.stop_requested() || !gather()) return;
    nlohmann::json observation = observe(about.facts);
    if (!about.delivery.empty()) observation["id"] = about.delivery;
    for (const Capture& capture : step.captures) {
      if (capture.needs_endpoint() && options_.external_endpoint) {
        ++result_.not_checked;
        captures_.set_unknown(capture.name);
        continue;
      }
      auto value = Captures::find(capture, observation);
      if (value) {
        captures_.set(capture.name, *std::move(value));
      } else {
        tell(step.origin, {capture.where, "capture." + capture.name,
                           capture.pattern ? fmt::format("a text in which '{}' is found",
                                                         capture.pattern->pattern())
                                           : "a value at " + capture.pointer.to_string(),
                           value.error(), step.send});
      }
    }
  }

  void perform(const Expectation& expectation) {
    Sent& about = sent_.at(*expectation.send);
    const std::optional<Expectation> filled = fill(expectation);
    if (!filled) return;
    if (expectation.within) return judge_within(*filled, about);
    const bool all = expectation.about_all();
    // With a time of its own, it is judged as things stand.
    const bool ended = expectation.at || (all ? await_all() : await(about));
    if (!ended || stop_.stop_requested() || !gather()) return;
    if (expectation.expects_refusal()) {
      about.refusal_expected = true;
    } else if (about.facts.refusal && !all) {
      return;  // expect_no_other_refusal() tells it once
    }
    const std::optional<TimePoint> moment =
        expectation.at ? std::optional(begin_ + *expectation.at) : std::nullopt;
    take(expectation, compare_at(*filled, about, moment), "");
  }

  // With what is known by now. Nothing where a value is missing: told, or counted as not checked.
  std::optional<Expectation> fill(const Expectation& expectation) {
    Expectation filled = expectation;
    filled.checks.clear();
    bool whole = true;
    for (const Check& check : expectation.checks) {
      Result<Check, Captures::Missing> one = captures_.fill(check);
      if (one) {
        filled.checks.push_back(*std::move(one));
      } else if (one.error().unknown && options_.external_endpoint) {
        ++result_.not_checked;
      } else {
        tell_missing(expectation.origin, check.matcher.where, check.name, one.error());
        whole = false;
      }
    }
    return whole ? std::optional(std::move(filled)) : std::nullopt;
  }

  // Waits until all holds together, at some moment; no longer than until the time is over, or
  // nothing can change any more. So it does not matter how late one looks.
  void judge_within(const Expectation& expectation, Sent& about) {
    const bool all = expectation.about_all();
    const TimePoint from = all ? begin_ : about.at;
    const TimePoint limit = from + *expectation.within;
    TimePoint seen = from;
    for (;;) {
      const std::uint64_t heard = stage_->changes();
      const TimePoint now = stage_->now();
      // Asked for before one looks: what happens in between is seen in the next round.
      const bool over = now >= limit || SteadyClock::now() >= deadline_ || has_ended(about, all);
      if (stop_.stop_requested() || !gather()) return;
      if (about.facts.refusal && !all) return;  // expect_no_other_refusal() tells it
      Comparison last;
      // Of all sends together a moment costs much: until the end only the present one is looked at.
      const TimePoint until = std::min(limit, now);
      const std::vector<SendFacts> facts = all ? facts_of_all() : std::vector{about.facts};
      for (const TimePoint moment : moments_of(facts, over ? from : all ? until : seen, until)) {
        last = compare_at(expectation, about, moment);
        if (last.differences.empty()) return take(expectation, std::move(last), "");
      }
      seen = until;
      if (over) {
        return take(expectation, std::move(last),
                    fmt::format(" within {}", humanize(*expectation.within)));
      }
      stage_->wait_for_change(heard, limit, deadline_);
    }
  }

  bool has_ended(const Sent& about, bool all) const {
    const auto ended = [this](const Sent& sent) {
      return sent.facts.refusal || stage_->journal().end_of(sent.delivery).has_value();
    };
    return all ? std::all_of(sent_.begin(), sent_.end(), ended) : ended(about);
  }

  // `moment`: as things stood then; nothing: as they stand now.
  Comparison compare_at(const Expectation& expectation, const Sent& about,
                        std::optional<TimePoint> moment) const {
    const auto known = [&](const SendFacts& facts) {
      return moment ? facts_until(facts, *moment) : facts;
    };
    nlohmann::json observation = observe(known(about.facts));
    if (expectation.about_all()) {
      std::vector<SendFacts> facts;
      for (const Sent& sent : sent_) facts.push_back(known(sent.facts));
      const auto received =
          std::count_if(received_at_.begin(), received_at_.end(),
                        [&](TimePoint time) { return !moment || time <= *moment; });
      observation["total"] = observe_total(facts, static_cast<std::size_t>(received));
    }
    return compare(expectation, observation, options_.external_endpoint.has_value());
  }

  void take(const Expectation& expectation, Comparison compared, const std::string& when) {
    result_.not_checked += compared.not_checked;
    for (Difference& one : compared.differences) {
      one.name += when;
      if (!expectation.about_all()) one.send = expectation.send;
      tell(expectation.origin, std::move(one));
    }
  }

  std::vector<SendFacts> facts_of_all() const {
    std::vector<SendFacts> facts;
    for (const Sent& sent : sent_) facts.push_back(sent.facts);
    return facts;
  }

  // False where it did not end; that is then in the result.
  bool await(Sent& sent) {
    if (sent.facts.refusal || sent.overdue) return !sent.overdue;
    if (stage_->wait_for_end(sent.delivery, deadline_)) return true;
    if (!stop_.stop_requested()) tell_overdue(sent);
    return false;
  }

  void tell_overdue(Sent& sent) {
    sent.overdue = true;
    if (const std::optional<Error> failure = stage_->failure()) {
      fail(failure->message);
      return;
    }
    sent.facts.records = stage_->journal().records_of(sent.delivery);
    const int attempts = observe(sent.facts)["attempts"].get<int>();
    const Duration limit = options_.timeout.value_or(scenario_.timeout);
    tell(sent.step->origin,
         {sent.step->where, "the delivery's end",
          fmt::format("within the scenario's time of {}", format_duration(limit)),
          fmt::format("still open after {} attempt{}", attempts, attempts == 1 ? "" : "s"),
          static_cast<std::size_t>(&sent - sent_.data())});
  }

  bool await_all() {
    bool all = true;
    for (Sent& sent : sent_) all = await(sent) && all;
    return all;
  }

  // At the end of the steps: nothing is left running unseen, though nobody asked about it. Of what
  // has not ended by then nothing was expected that has not been judged. In real time an attempt
  // that lies beyond the scenario's time is not waited for, so that a look at the beginning of a
  // long schedule comes to the same as where time is skipped. Where something is not as expected
  // already, that is all there is to tell.
  void await_rest() {
    for (Sent& sent : sent_) {
      if (sent.overdue || has_ended(sent, false)) continue;
      const bool ended = stage_->waits_in_real_time()
                             ? wait_while_it_goes_on(sent)
                             : stage_->wait_for_end(sent.delivery, deadline_);
      if (ended || sent.left_open) continue;
      if (stop_.stop_requested()) return;
      // A failure of the run's own is told in any case.
      if (result_.differences.empty() || stage_->failure()) tell_overdue(sent);
    }
  }

  // Whether it ended.
  bool wait_while_it_goes_on(Sent& sent) {
    for (;;) {
      const std::uint64_t heard = stage_->changes();
      if (has_ended(sent, false)) return true;
      const auto now = SteadyClock::now();
      if (stop_.stop_requested() || stage_->failure() || now >= deadline_) return false;
      const std::vector<JournalRecord> records = stage_->journal().records_of(sent.delivery);
      const auto* retry =
          records.empty() ? nullptr : std::get_if<record::RetryScheduled>(&records.back().what);
      sent.left_open = retry != nullptr && retry->at - stage_->now() > deadline_ - now;
      if (sent.left_open) return false;
      stage_->wait_for_change(heard, TimePoint::max(), deadline_);
    }
  }

  // Brings the facts of all sends up to date. False on an error, which is then in the result. What
  // is complete is not looked at again, so that many sends take no longer, each, than few.
  bool gather() {
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      if (!sent_[i].complete && !gather_records(i)) return false;
    }
    if (!stage_->sees_requests()) return true;
    stage_->wait_for_requests(sent_to_, std::min(deadline_, SteadyClock::now() + kLateRequests));
    std::vector<ReceivedRequest> fresh = stage_->take_requests();
    for (const ReceivedRequest& request : fresh) received_at_.push_back(request.time);
    const bool all_known =
        std::all_of(sent_.begin(), sent_.end(), [](const Sent& sent) { return sent.complete; });
    for (auto& [send, request] : attribution_.share_out(std::move(fresh), all_known)) {
      std::vector<ReceivedRequest>& own = sent_[send].facts.requests;
      const auto behind = std::upper_bound(
          own.begin(), own.end(), request.time,
          [](TimePoint time, const ReceivedRequest& other) { return time < other.time; });
      own.insert(behind, std::move(request));
    }
    return true;
  }

  bool gather_records(std::size_t index) {
    Sent& sent = sent_[index];
    sent.complete = sent.facts.refusal.has_value();
    if (sent.complete) return true;
    // Asked for before one looks: of an ended delivery nothing more comes.
    sent.complete = stage_->journal().end_of(sent.delivery).has_value();
    sent.facts.records = stage_->journal().records_of(sent.delivery);
    auto mails = stage_->mails_of(sent.delivery);
    if (!mails) return fail(mails.error().message);
    sent.facts.mails = *std::move(mails);
    attribution_.add_attempts(index, sent.facts.records);
    count_wholly_sent(sent);
    return true;
  }

  // How many requests of ended attempts left wholly for each built-in endpoint.
  void count_wholly_sent(Sent& sent) {
    const auto chosen = scenario_.built_in.find(sent.step->tenant_id);
    if (chosen == scenario_.built_in.end()) return;
    const auto count = std::count_if(
        sent.facts.records.begin(), sent.facts.records.end(), [](const JournalRecord& record) {
          return std::holds_alternative<record::AttemptFinished>(record.what) && record.exchange &&
                 record.exchange->result.request_sent;
        });
    const auto now = static_cast<std::uint64_t>(count);
    sent_to_[chosen->second.endpoint] += now - std::exchange(sent.wholly_sent, now);
  }

  void expect_no_other_refusal() {
    for (const Sent& sent : sent_) {
      if (!sent.facts.refusal || sent.refusal_expected) continue;
      tell(sent.step->origin, {sent.step->where, "the event", "accepted",
                               fmt::format("refused: {}", *sent.facts.refusal)});
    }
  }

  void tell_story() {
    for (const Sent& sent : sent_) {
      const Tenant* tenant = stage_->registry()->find(sent.step->tenant_id);
      result_.story.push_back(tell_send(sent.event, *tenant));
      if (sent.facts.refusal) {
        result_.story.push_back(fmt::format("  refused: {}", *sent.facts.refusal));
        continue;
      }
      for (const JournalRecord& record : stage_->journal().records_of(sent.delivery)) {
        const std::string line = tell_record(record);
        if (!line.empty()) result_.story.push_back("  " + line);
      }
      if (sent.left_open)
        result_.story.emplace_back("  left open: that is beyond the scenario's time");
    }
  }

  void keep_sends() {
    if (!stop_.stop_requested() && !gather()) return;
    result_.begin = begin_;
    for (Sent& sent : sent_) {
      const std::int64_t tenant = sent.step->tenant_id;
      result_.sends.push_back({sent.step->where, sent.step->name, sent.delivery, sent.at,
                               std::move(sent.event), *stage_->registry()->find(tenant),
                               scenario_.built_in.contains(tenant) && !options_.external_endpoint,
                               std::move(sent.facts)});
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
  TimePoint begin_;
  std::unique_ptr<Stage> stage_;
  std::vector<Sent> sent_;
  Attribution attribution_;
  std::vector<TimePoint> received_at_;            // by the built-in endpoints, in all
  std::map<std::string, std::uint64_t> sent_to_;  // by their names: wholly, of ended attempts
  Captures captures_;
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
