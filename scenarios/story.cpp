#include "scenarios/story.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

class Teller {
 public:
  explicit Teller(const JournalRecord& record) : record_(record) {}

  std::string operator()(const record::AttemptFinished& finished) const {
    const Verdict& verdict = finished.verdict;
    std::string line = fmt::format("attempt {}: ", finished.number);
    if (record_.exchange) line += fmt::format("POST {} -> ", record_.exchange->request.url);
    const bool by_status = verdict.success || verdict.reason == FailureReason::status;
    if (verdict.status != 0) line += std::to_string(verdict.status);
    // Its status came, and then the rest did not.
    if (verdict.status != 0 && !by_status) line += ", then ";
    if (!by_status) line += verdict.reason ? failure_word(*verdict.reason) : "nothing";
    if (record_.exchange) {
      line += fmt::format(" after {}", humanize(record_.exchange->result.duration));
      if (!by_status && !record_.exchange->result.detail.empty()) {
        line += fmt::format(" ({})", record_.exchange->result.detail);
      }
    }
    if (verdict.ambiguous) line += "; the tenant may have acted on it";
    return line;
  }

  std::string operator()(const record::RetryScheduled& retry) const {
    return fmt::format("attempt {} follows in {}", retry.number,
                       humanize(std::max<Duration>(Duration::zero(), retry.at - record_.at)));
  }

  std::string operator()(const record::MailStarted& started) const {
    return fmt::format("the Roomle email goes out instead, because of: {}",
                       describe(started.cause));
  }

  std::string operator()(const record::MailFinished&) const {
    if (record_.mail_error) return fmt::format("no email: {}", record_.mail_error->message);
    if (!record_.receipt) return "no email: the mailbox did not answer";
    return fmt::format("email to {}: {}", record_.event->email(), record_.receipt->where);
  }

  std::string operator()(const record::Ended& ended) const {
    return fmt::format("{} after {} attempt{}", outcome_word(ended.outcome), ended.attempts,
                       ended.attempts == 1 ? "" : "s");
  }

  std::string operator()(const record::Accepted&) const { return {}; }
  std::string operator()(const record::AttemptStarted&) const { return {}; }

 private:
  const JournalRecord& record_;
};

}  // namespace

std::string tell_send(const Event& event, const Tenant& tenant) {
  return fmt::format("{} for {}, tenant {} ({})", event.type, event.email(), tenant.id,
                     tenant.name);
}

std::string tell_record(const JournalRecord& record) {
  return std::visit(Teller(record), record.what);
}

}  // namespace roomle_sim
