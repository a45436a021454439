// Drives one Delivery by hand, and tells its effects as text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sender/delivery.h"

namespace roomle_sim {

inline std::string text_of(const Record& record) {
  struct Teller {
    std::string operator()(const record::Accepted&) const { return "accepted"; }
    std::string operator()(const record::AttemptStarted& r) const {
      return fmt::format("attempt {} started", r.number);
    }
    std::string operator()(const record::AttemptFinished& r) const {
      return fmt::format("attempt {} finished", r.number);
    }
    std::string operator()(const record::RetryScheduled& r) const {
      return fmt::format("retry {} scheduled", r.number);
    }
    std::string operator()(const record::MailStarted& r) const {
      return fmt::format("mail started ({})", describe(r.cause));
    }
    std::string operator()(const record::MailFinished&) const { return "mail finished"; }
    std::string operator()(const record::Ended& r) const {
      return fmt::format("ended {}", outcome_word(r.outcome));
    }
  };
  return std::visit(Teller{}, record);
}

inline std::string text_of(const Effect& effect) {
  struct Teller {
    std::string operator()(const Record& r) const { return "record " + text_of(r); }
    std::string operator()(const effect::StartAttempt& e) const {
      return fmt::format("start attempt {}", e.number);
    }
    std::string operator()(const effect::SendFallbackMail& e) const {
      return fmt::format("send mail ({})", describe(e.cause));
    }
    std::string operator()(const effect::Done& e) const {
      return fmt::format("done {}", outcome_word(e.outcome));
    }
  };
  return std::visit(Teller{}, effect);
}

inline DeliveryPlan retry_plan(std::vector<Duration> schedule) {
  DeliveryPlan plan;
  plan.policy.attempts = static_cast<int>(schedule.size()) + 1;
  plan.policy.schedule = std::move(schedule);
  return plan;
}

class DeliverySteps {
 public:
  explicit DeliverySteps(DeliveryPlan plan = {})
      : delivery_(std::make_shared<const DeliveryPlan>(std::move(plan)), Random(1)) {}

  void feed(const Input& input) { step_ = delivery_.step(input, now_); }
  void accept() { feed(input::Accepted{}); }
  void answer(int number, Verdict verdict) { feed(input::AttemptFinished{number, verdict}); }
  void mail_finished(bool handed_over) { feed(input::MailFinished{handed_over}); }
  void resend() { feed(input::ResendRequested{}); }
  void reach(const Deadline& deadline) { feed(input::DeadlineReached{deadline}); }
  void advance(Duration by) { now_ += by; }
  // Time passes to the next deadline, which is then reported.
  void reach_deadline() {
    const Deadline due = step_.next.value();
    now_ = std::max(now_, due.at);
    reach(due);
  }
  // Accepts, and fails every attempt before `number` with 500.
  void run_to_attempt(int number) {
    accept();
    reach_deadline();
    for (int made = 1; made < number; ++made) {
      answer(made, status(500));
      reach_deadline();
    }
  }

  [[nodiscard]] Verdict status(int code) const {
    AttemptResult result;
    result.response = HttpResponse{code, {}, {}, false};
    result.request_sent = true;
    return judge(result, now_);
  }
  [[nodiscard]] Verdict error(FailureReason reason) const {
    AttemptResult result;
    result.error = reason;
    return judge(result, now_);
  }

  [[nodiscard]] std::string effects() const {
    std::string all;
    for (const Effect& effect : step_.effects) all += (all.empty() ? "" : "; ") + text_of(effect);
    return all;
  }
  [[nodiscard]] MailCause mail_cause() const {
    for (const Effect& effect : step_.effects) {
      if (const auto* mail = std::get_if<effect::SendFallbackMail>(&effect)) return mail->cause;
    }
    throw std::logic_error("no mail in this step: " + effects());
  }
  [[nodiscard]] const Step& step() const { return step_; }
  [[nodiscard]] std::optional<Deadline> next() const { return step_.next; }
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] const Delivery& delivery() const { return delivery_; }

 private:
  Delivery delivery_;
  Step step_;
  TimePoint now_ = TimePoint(std::chrono::hours(24 * 365 * 50));
};

}  // namespace roomle_sim
