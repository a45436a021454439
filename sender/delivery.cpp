#include "sender/delivery.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

// How long after its own time-out an attempt is given up by the delivery: the transport promises to
// return within 100 ms, so this only ever fires when a driver broke its promise.
constexpr Duration kOverdueGrace = std::chrono::seconds(5);

constexpr std::array<std::string_view, 3> kOutcomeWords{"delivered", "mailed", "mail_failed"};

// Of an attempt that nobody saw end.
Verdict lost_verdict() {
  Verdict verdict;
  verdict.reason = FailureReason::timeout;
  verdict.ambiguous = true;  // nobody knows what became of it
  verdict.lost = true;
  return verdict;
}

}  // namespace

std::string_view outcome_word(Outcome outcome) {
  return kOutcomeWords.at(static_cast<std::size_t>(outcome));
}

std::optional<Outcome> outcome_from_word(std::string_view word) {
  for (std::size_t i = 0; i < kOutcomeWords.size(); ++i) {
    if (kOutcomeWords.at(i) == word) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

std::string describe(const MailCause& cause) {
  if (cause.no_webhook) return "no_webhook";
  const FailureReason reason = cause.last.reason.value_or(FailureReason::timeout);
  if (reason == FailureReason::status) return fmt::format("status {}", cause.last.status);
  return std::string(failure_word(reason));
}

Delivery::Delivery(std::shared_ptr<const DeliveryPlan> plan, Random random)
    : plan_(std::move(plan)), random_(random) {}

Step Delivery::step(const Input& input, TimePoint now) {
  Step step;
  std::visit([&](const auto& one) { on(one, now, step); }, input);
  step.next = next_;
  return step;
}

void Delivery::on(const input::Accepted& accepted, TimePoint now, Step& step) {
  if (phase_ != Phase::fresh) return;
  step.effects.emplace_back(Record(record::Accepted{accepted.not_before}));
  const TimePoint begin = std::max(now, accepted.not_before.value_or(now));
  if (plan_->has_webhook) {
    await_attempt(begin);
  } else {
    await_mail(begin);
  }
}

void Delivery::on(const input::AttemptFinished& finished, TimePoint now, Step& step) {
  if (phase_ != Phase::attempting || finished.number != attempts_) return;
  finish_attempt(finished.verdict, now, step);
}

void Delivery::on(const input::DeadlineReached& reached, TimePoint now, Step& step) {
  if (next_ != reached.deadline || now < next_->at) return;
  switch (reached.deadline.reason) {
    case Deadline::Reason::attempt_due:
      return start_attempt(now, step);
    case Deadline::Reason::attempt_overdue: {
      Verdict overdue;
      overdue.reason = FailureReason::timeout;
      overdue.ambiguous = true;  // nobody knows what became of it
      return finish_attempt(overdue, now, step);
    }
    case Deadline::Reason::mail_due:
      return start_mail(now, step);
    case Deadline::Reason::mail_overdue:
      return finish_mail(false, step);
  }
}

void Delivery::on(const input::MailFinished& finished, TimePoint, Step& step) {
  if (phase_ != Phase::mailing) return;
  finish_mail(finished.handed_over, step);
}

void Delivery::on(const input::ResendRequested&, TimePoint now, Step&) {
  if (phase_ == Phase::attempt_due && attempts_ > 0 && next_->at > now) await_attempt(now);
}

void Delivery::on(const input::TenantGone&, TimePoint, Step& step) {
  if (phase_ == Phase::fresh || phase_ == Phase::ended) return;
  if (phase_ == Phase::attempting) {
    step.effects.emplace_back(Record(record::AttemptFinished{attempts_, lost_verdict()}));
    ++ambiguous_attempts_;
  }
  finish_mail(false, step);
}

Step Delivery::resume(std::span<const TimedRecord> past, TimePoint now) {
  Step step;
  if (phase_ == Phase::fresh && !past.empty()) {
    for (const TimedRecord& one : past) remember(one.what);
    take_up(past.back(), now, step);
  }
  step.next = next_;
  return step;
}

// What a record leaves behind for all that comes later.
void Delivery::remember(const Record& record) {
  if (const auto* started = std::get_if<record::AttemptStarted>(&record)) {
    attempts_ = started->number;
  } else if (const auto* finished = std::get_if<record::AttemptFinished>(&record)) {
    last_ = finished->verdict;
    if (last_.ambiguous) ++ambiguous_attempts_;
  } else if (const auto* ended = std::get_if<record::Ended>(&record)) {
    phase_ = Phase::ended;
    outcome_ = ended->outcome;
  }
}

// Goes on behind the last record.
void Delivery::take_up(const TimedRecord& last, TimePoint now, Step& step) {
  const bool may_attempt = plan_->has_webhook && attempts_ < plan_->policy.attempts;
  if (const auto* accepted = std::get_if<record::Accepted>(&last.what)) {
    const TimePoint begin = accepted->not_before.value_or(last.at);
    return may_attempt ? await_attempt(begin) : await_mail(begin);
  }
  if (std::holds_alternative<record::AttemptStarted>(last.what)) {
    return finish_attempt(lost_verdict(), now, step);
  }
  if (const auto* finished = std::get_if<record::AttemptFinished>(&last.what)) {
    return finished->verdict.success ? end(Outcome::delivered, step) : decide(now, step);
  }
  if (const auto* retry = std::get_if<record::RetryScheduled>(&last.what)) {
    return may_attempt ? await_attempt(retry->at) : await_mail(now);
  }
  if (std::holds_alternative<record::MailStarted>(last.what)) return await_mail(now);
  if (const auto* mailed = std::get_if<record::MailFinished>(&last.what)) {
    end(mailed->handed_over ? Outcome::mailed : Outcome::mail_failed, step);
  }
}

void Delivery::await_attempt(TimePoint at) {
  phase_ = Phase::attempt_due;
  next_ = Deadline{Deadline::Reason::attempt_due, at, attempts_ + 1};
}

void Delivery::start_attempt(TimePoint now, Step& step) {
  ++attempts_;
  phase_ = Phase::attempting;
  next_ = Deadline{Deadline::Reason::attempt_overdue, now + plan_->attempt_timeout + kOverdueGrace,
                   attempts_};
  step.effects.emplace_back(Record(record::AttemptStarted{attempts_}));
  step.effects.emplace_back(effect::StartAttempt{attempts_});
}

void Delivery::finish_attempt(const Verdict& verdict, TimePoint now, Step& step) {
  last_ = verdict;
  step.effects.emplace_back(Record(record::AttemptFinished{attempts_, verdict}));
  if (verdict.success) return end(Outcome::delivered, step);
  if (verdict.ambiguous) ++ambiguous_attempts_;
  decide(now, step);
}

// After a failed attempt: another one, or the mail.
void Delivery::decide(TimePoint now, Step& step) {
  const bool mail_after_crash = last_.lost && plan_->policy.on_crash == OnCrash::mail;
  const std::optional<Duration> delay = plan_->has_webhook && !mail_after_crash
                                            ? retry_delay(plan_->policy, attempts_, last_, random_)
                                            : std::nullopt;
  if (!delay) return await_mail(now);
  await_attempt(now + *delay);
  step.effects.emplace_back(Record(record::RetryScheduled{attempts_ + 1, now + *delay}));
}

void Delivery::await_mail(TimePoint at) {
  phase_ = Phase::mail_due;
  next_ = Deadline{Deadline::Reason::mail_due, at, 0};
}

void Delivery::start_mail(TimePoint now, Step& step) {
  // With a webhook there was an attempt before any mail; one that was removed since changes
  // nothing.
  const MailCause cause{attempts_ == 0, last_, attempts_, ambiguous_attempts_};
  phase_ = Phase::mailing;
  next_ = Deadline{Deadline::Reason::mail_overdue, now + plan_->mail_timeout, 0};
  step.effects.emplace_back(Record(record::MailStarted{cause}));
  step.effects.emplace_back(effect::SendFallbackMail{cause});
}

void Delivery::finish_mail(bool handed_over, Step& step) {
  step.effects.emplace_back(Record(record::MailFinished{handed_over}));
  end(handed_over ? Outcome::mailed : Outcome::mail_failed, step);
}

void Delivery::end(Outcome outcome, Step& step) {
  phase_ = Phase::ended;
  next_.reset();
  outcome_ = outcome;
  step.effects.emplace_back(Record(record::Ended{outcome, attempts_, ambiguous_attempts_}));
  step.effects.emplace_back(effect::Done{outcome});
}

}  // namespace roomle_sim
