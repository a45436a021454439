// One delivery: from the accepted event to its end. A pure state machine, the heart of the
// simulator.
//
//   accepted ──► attempt due ──► attempting ──► delivered
//                    ▲              │ failed
//                    └── wait ◄─────┤ the policy says again
//                                   ▼ it says no more (or the tenant has no webhook)
//                                mail due ──► mailing ──► mailed | mail_failed
//
// It reads no clock, starts no thread and does no I/O: a driver (the dispatcher in real time, the
// simulation in virtual time) feeds it inputs and carries out the effects it returns, in their
// order. A rule of retry or fallback anywhere else is a bug.
//
// Promises, whatever order the inputs come in (tests/sender/delivery_property_test.cpp):
// - at most one `Done`, and after it nothing;
// - never more StartAttempt than RetryPolicy::attempts, never two at once, never two mails;
// - each act's Record stands before it in `effects`, so that a crash can be replayed;
// - a DeadlineReached that comes early, twice, or after its state has passed changes nothing;
// - as long as it has not ended there is a `next` deadline: a driver that only ever tells it that
//   time has passed still brings it to an end.
// Waiting for a slot is the driver's: attempts and mails begin with a deadline (`attempt_due`,
// `mail_due`) that a driver may report as late as it likes.
//
// Threads: none; a delivery is used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "sender/retry_rule.h"
#include "tenants/retry_policy.h"

namespace roomle_sim {

enum class Outcome { delivered, mailed, mail_failed };
std::string_view outcome_word(Outcome outcome);
std::optional<Outcome> outcome_from_word(std::string_view word);

// What stays the same during a delivery; shared between the deliveries of a tenant.
struct DeliveryPlan {
  bool has_webhook = true;  // without one there is no POST: the mail goes at once (Webhook doc.)
  RetryPolicy policy;
  Duration attempt_timeout = std::chrono::seconds(10);
  Duration mail_timeout = std::chrono::minutes(1);
};

struct Deadline {
  enum class Reason {
    attempt_due,      // attempt `number` may start
    attempt_overdue,  // attempt `number` never came back: it counts as timed out
    mail_due,         // the mail may go
    mail_overdue,     // the mailbox never answered: the mail counts as failed
  };
  Reason reason = Reason::attempt_due;
  TimePoint at;
  int number = 0;  // of the attempt; 0 for mails
  friend bool operator==(const Deadline&, const Deadline&) = default;
};

namespace input {
struct Accepted {
  std::optional<TimePoint> not_before;  // nothing is begun earlier: an export that ends later
};
struct AttemptFinished {
  int number = 0;
  Verdict verdict;
};
struct DeadlineReached {
  Deadline deadline;
};
struct MailFinished {
  bool handed_over = false;
};
// Someone asks for the next attempt now: ends the wait before a retry, and changes nothing else
// (neither does it bring forward what is not to begin before its time).
// (To send an ended delivery again is a new delivery.)
struct ResendRequested {};
// There is nobody any more for whom it could be posted or mailed: it ends as mail_failed, in
// whatever state it is. An attempt under way counts as lost.
struct TenantGone {};
}  // namespace input
using Input = std::variant<input::Accepted, input::AttemptFinished, input::DeadlineReached,
                           input::MailFinished, input::ResendRequested, input::TenantGone>;

// Why the Roomle email goes out: the last attempt's failure, or that there is no webhook.
struct MailCause {
  bool no_webhook = false;
  Verdict last;                // of the last attempt, when there was one
  int attempts = 0;            // made before
  int ambiguous_attempts = 0;  // of them: more than 0 means the customer may get two mails
};
// "no_webhook", "status 503", "connect_refused", …: the header X-Roomle-Fallback-Reason.
std::string describe(const MailCause& cause);

namespace record {
struct Accepted {
  std::optional<TimePoint> not_before;
};
struct AttemptStarted {
  int number = 0;
};
struct AttemptFinished {
  int number = 0;
  Verdict verdict;
};
struct RetryScheduled {
  int number = 0;  // of the attempt to come
  TimePoint at;
};
struct MailStarted {
  MailCause cause;
};
struct MailFinished {
  bool handed_over = false;
};
struct Ended {
  Outcome outcome = Outcome::delivered;
  int attempts = 0;
  int ambiguous_attempts = 0;
};
}  // namespace record
using Record =
    std::variant<record::Accepted, record::AttemptStarted, record::AttemptFinished,
                 record::RetryScheduled, record::MailStarted, record::MailFinished, record::Ended>;

// A record and when it was made.
struct TimedRecord {
  TimePoint at;
  Record what;
};

namespace effect {
struct StartAttempt {
  int number = 0;
};
struct SendFallbackMail {
  MailCause cause;
};
struct Done {
  Outcome outcome = Outcome::delivered;
};
}  // namespace effect
using Effect = std::variant<Record, effect::StartAttempt, effect::SendFallbackMail, effect::Done>;

struct Step {
  std::vector<Effect> effects;   // to be carried out in this order
  std::optional<Deadline> next;  // replaces the deadline of the step before; nothing: has ended
};

class Delivery {
 public:
  // `random` gives the jitter: the same seed, the same waits.
  Delivery(std::shared_ptr<const DeliveryPlan> plan, Random random);

  Step step(const Input& input, TimePoint now);

  // In place of Accepted, on an object that has seen nothing: takes up a delivery where its records
  // leave it after a crash. `past`: some first part of what it has recorded, in order, at least its
  // acceptance. The step holds the records that were missing, so that the journal is whole again:
  // - an attempt with no recorded end is lost: it counts as made and as ambiguous, and the policy's
  //   on_crash says whether the delivery goes on as after any failed attempt, or mails at once;
  // - a mail with no recorded end is handed over once more: mailboxes leave one mail of each
  //   delivery (sender/fallback_mailbox.h);
  // - every other act begins as if there had been no crash, at its time or, if that has passed,
  // now. The plan may have changed meanwhile: attempts beyond its policy, or without a webhook, are
  // not made. All promises above hold over any number of crashes, but for the mail that is
  // repeated.
  Step resume(std::span<const TimedRecord> past, TimePoint now);

  // As the last step named it.
  [[nodiscard]] const std::optional<Deadline>& next() const { return next_; }
  [[nodiscard]] int attempts() const { return attempts_; }
  [[nodiscard]] int ambiguous_attempts() const { return ambiguous_attempts_; }
  [[nodiscard]] std::optional<Outcome> outcome() const { return outcome_; }

 private:
  enum class Phase { fresh, attempt_due, attempting, mail_due, mailing, ended };

  void on(const input::Accepted&, TimePoint now, Step& step);
  void on(const input::AttemptFinished& finished, TimePoint now, Step& step);
  void on(const input::DeadlineReached& reached, TimePoint now, Step& step);
  void on(const input::MailFinished& finished, TimePoint now, Step& step);
  void on(const input::ResendRequested&, TimePoint now, Step& step);
  void on(const input::TenantGone&, TimePoint now, Step& step);

  void remember(const Record& record);
  void take_up(const TimedRecord& last, TimePoint now, Step& step);

  void await_attempt(TimePoint at);
  void start_attempt(TimePoint now, Step& step);
  void finish_attempt(const Verdict& verdict, TimePoint now, Step& step);
  void decide(TimePoint now, Step& step);
  void await_mail(TimePoint at);
  void start_mail(TimePoint now, Step& step);
  void finish_mail(bool handed_over, Step& step);
  void end(Outcome outcome, Step& step);

  std::shared_ptr<const DeliveryPlan> plan_;
  Random random_;
  Phase phase_ = Phase::fresh;
  int attempts_ = 0;  // started
  int ambiguous_attempts_ = 0;
  Verdict last_;
  std::optional<Deadline> next_;
  std::optional<Outcome> outcome_;
};

}  // namespace roomle_sim
