// Records as a dispatcher appends them, for the tests of a journal.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sender/journal.h"

namespace roomle_sim {

inline TimePoint at_second(std::int64_t second) {
  return TimePoint(std::chrono::hours(500'000) + std::chrono::seconds(second));
}

// One delivery: each member gives what one append() of the dispatcher brings.
class Told {
 public:
  explicit Told(std::string id, std::int64_t tenant_id = 42, std::int64_t second = 0,
                const std::string& type = "email.savedConfiguration")
      : id_(std::move(id)), second_(second) {
    Tenant tenant;
    tenant.id = tenant_id;
    tenant_ = std::make_shared<const Tenant>(tenant);
    event_ = std::make_shared<const EventText>(
        Event{type, {{"success", true}, {"email", "customer@example.com"}}});
  }

  std::vector<JournalRecord> accepted() { return {make(record::Accepted{})}; }
  std::vector<JournalRecord> attempt_started(int number) {
    auto exchange = std::make_shared<Exchange>();
    exchange->token = "01-token" + std::to_string(number);
    exchange->plaintext = "time;anonymous;key";
    exchange->request.pool_key = std::to_string(tenant_->id);
    exchange->request.url = "http://127.0.0.1:8090/roomle";
    exchange->request.headers = {{"token", exchange->token}};
    exchange->request.body = event_->body();
    exchange_ = exchange;
    return {make(record::AttemptStarted{number})};
  }
  std::vector<JournalRecord> delivered(int number, const std::string& body = "thanks") {
    Verdict verdict;
    verdict.success = true;
    verdict.status = 200;
    answer(200, body);
    return {make(record::AttemptFinished{number, verdict}),
            make(record::Ended{Outcome::delivered, number, 0})};
  }
  std::vector<JournalRecord> failed(int number, int status = 503) {
    answer(status, "no");
    return {make(record::AttemptFinished{number, verdict(status)}),
            make(record::RetryScheduled{number + 1, at_second(second_ + 60)})};
  }
  std::vector<JournalRecord> given_up(int number, int status = 503) {
    answer(status, "no");
    return {make(record::AttemptFinished{number, verdict(status)})};
  }
  std::vector<JournalRecord> mail_started(int attempts) {
    return {make(record::MailStarted{{false, verdict(503), attempts, attempts}})};
  }
  std::vector<JournalRecord> mailed(int attempts) {
    JournalRecord finished = make(record::MailFinished{true});
    finished.receipt = MailReceipt{"mail/new/1"};
    return {finished, make(record::Ended{Outcome::mailed, attempts, attempts})};
  }
  std::vector<JournalRecord> not_mailed(int attempts) {
    JournalRecord finished = make(record::MailFinished{false});
    finished.mail_error = MailError{MailFault::bad_address, "no '@'"};
    return {finished, make(record::Ended{Outcome::mail_failed, attempts, attempts})};
  }

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const EventText& event() const { return *event_; }

 private:
  JournalRecord make(Record what) {
    const bool exchanged = std::holds_alternative<record::AttemptStarted>(what) ||
                           std::holds_alternative<record::AttemptFinished>(what);
    return {id_,
            at_second(second_),
            std::move(what),
            event_,
            tenant_,
            exchanged ? exchange_ : nullptr,
            {},
            {}};
  }
  void answer(int status, const std::string& body) {
    auto exchange =
        exchange_ ? std::make_shared<Exchange>(*exchange_) : std::make_shared<Exchange>();
    exchange->result.request_sent = true;
    exchange->result.duration = std::chrono::milliseconds(12);
    exchange->result.response = HttpResponse{status, {{"Server", "acme"}}, body, false};
    exchange_ = exchange;
  }
  static Verdict verdict(int status) {
    Verdict verdict;
    verdict.reason = FailureReason::status;
    verdict.status = status;
    verdict.ambiguous = status >= 500;
    return verdict;
  }

  std::string id_;
  std::int64_t second_;
  std::shared_ptr<const Tenant> tenant_;
  std::shared_ptr<const EventText> event_;
  std::shared_ptr<const Exchange> exchange_;
};

}  // namespace roomle_sim
