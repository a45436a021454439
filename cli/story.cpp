#include "cli/story.h"

#include <fmt/format.h>

#include "sender/credential_headers.h"
#include "sender/delivery.h"
#include "sender/transport.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using Style = Console::Style;

constexpr std::size_t kToldBody = 400;  // of a response, on the terminal

std::string told_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return printable(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return fmt::format("{}… ({} bytes)", printable(text.substr(0, most)), text.size());
}

// What a developer whose endpoint failed like this looks at first.
std::string_view advice(const Verdict& verdict) {
  switch (*verdict.reason) {
    case FailureReason::dns_error:
      return "Is the host's name right, and known on this machine?";
    case FailureReason::connect_refused:
      return "Does the endpoint run, on this host and port?";
    case FailureReason::connect_timeout:
      return "Nothing answers there: a firewall, or a wrong address?";
    case FailureReason::tls_error:
      return "Its certificate: --cacert FILE, or --insecure. It wants ours: --cert and --key. "
             "It speaks no TLS: http://.";
    case FailureReason::timeout:
      return "Answer first and work afterwards, or give it more time with --timeout.";
    case FailureReason::connection_closed:
      return "The endpoint hung up before its answer was complete: did it crash?";
    case FailureReason::malformed_response:
      return "What came back is not an HTTP response: is something else on that port?";
    case FailureReason::status:
      break;
  }
  if (verdict.status >= 300 && verdict.status <= 399) return "Redirects are never followed.";
  if (verdict.status == 401 || verdict.status == 403) {
    return "Does the endpoint decrypt the token with the same secret and settings?";
  }
  return {};
}

std::string response_line(const Exchange& exchange, const Verdict& verdict,
                          const Console& console) {
  const std::string took = humanize(exchange.result.duration);
  const Style style = verdict.success ? Style::good : Style::bad;
  if (verdict.success || verdict.reason == FailureReason::status) {
    return fmt::format("  <- {} in {}", console.styled(fmt::format("{}", verdict.status), style),
                       took);
  }
  return fmt::format("  <- {} after {}: {}", console.styled(failure_word(*verdict.reason), style),
                     took, printable(exchange.result.detail));
}

class StoryTeller {
 public:
  StoryTeller(const JournalRecord& record, const Console& console)
      : record_(record), console_(console) {}

  void operator()(const record::Accepted&) {
    add("{} for tenant {} '{}', delivery {}", printable(record_.event->type()), record_.tenant->id,
        printable(record_.tenant->shown_name()), record_.delivery);
    if (record_.tenant->webhook.empty()) add("The tenant has no webhook URL: nothing is posted.");
  }

  void operator()(const record::AttemptStarted& started) {
    const int of = record_.tenant->simulator.retry.attempts;
    add("{} {}{}", console_.styled("POST", Style::bold), printable(record_.exchange->request.url),
        of > 1 ? fmt::format("   (attempt {} of {})", started.number, of) : std::string());
    if (started.number == 1) add("  body   {}", printable(record_.exchange->request.body));
    add("  {}  {}", record_.tenant->simulator.token.header, record_.exchange->token);
    add("         = {}", printable(record_.exchange->plaintext));
  }

  void operator()(const record::AttemptFinished& finished) {
    const Verdict& verdict = finished.verdict;
    if (!record_.exchange) {
      add("  <- {}: no result came, the attempt was given up as overdue",
          console_.styled("timeout", Style::bad));
      return;
    }
    add("{}", response_line(*record_.exchange, verdict, console_));
    const auto& response = record_.exchange->result.response;
    if (response && !response->body.empty()) {
      add("     {}{}", told_text(response->body, kToldBody), response->body_cut ? " (cut)" : "");
    }
    if (verdict.success) return;
    if (const std::string_view text = advice(verdict); !text.empty()) add("     {}", text);
    if (verdict.ambiguous) {
      add("     Ambiguous: the request arrived whole, so the endpoint may have acted on it.");
    }
  }

  void operator()(const record::RetryScheduled& retry) {
    add("  next attempt in {}", humanize(retry.at - record_.at));
  }

  void operator()(const record::MailStarted& mail) {
    const std::string why = mail.cause.no_webhook ? std::string("without a webhook")
                                                  : fmt::format("after '{}'", describe(mail.cause));
    add("{}, Roomle sends its own email to {}", why, printable(record_.event->email()));
    lines_.back()[0] = why[0] == 'a' ? 'A' : 'W';
    if (mail.cause.ambiguous_attempts > 0) {
      add("  It may be the customer's second: {} of {} attempts ambiguous.",
          mail.cause.ambiguous_attempts, mail.cause.attempts);
    }
  }

  void operator()(const record::MailFinished& mail) {
    if (mail.handed_over) {
      add("  mail   {}", printable(record_.receipt->where));
    } else {
      add("  {} {}", console_.styled("no mail:", Style::bad),
          record_.mail_error ? printable(record_.mail_error->message)
                             : std::string("the mailbox did not answer in time"));
    }
  }

  void operator()(const record::Ended& ended) {
    const Style style = ended.outcome == Outcome::delivered ? Style::good : Style::bad;
    add("{}: {} after {}", console_.styled("outcome", Style::bold),
        console_.styled(outcome_word(ended.outcome), style), plural(ended.attempts, "attempt"));
  }

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> form, Args&&... args) {
    lines_.push_back(fmt::format(form, std::forward<Args>(args)...));
  }

  const JournalRecord& record_;
  const Console& console_;
  std::vector<std::string> lines_;
};

ordered_json response_object(const HttpResponse& response) {
  ordered_json headers = ordered_json::array();
  for (const auto& [name, value] : without_credentials(response.headers)) {
    headers.push_back({name, value});
  }
  return {{"status", response.status},
          {"headers", headers},
          {"body", response.body},
          {"bodyCut", response.body_cut}};
}

ordered_json attempt_object(const JournalRecord& record, const record::AttemptFinished& finished) {
  const Exchange& exchange = *record.exchange;
  const Verdict& verdict = finished.verdict;
  ordered_json object{{"type", "attempt"},
                      {"delivery", record.delivery},
                      {"number", finished.number},
                      {"url", exchange.request.url},
                      {"success", verdict.success}};
  if (verdict.status != 0) object["status"] = verdict.status;
  if (verdict.reason) object["reason"] = failure_word(*verdict.reason);
  if (!exchange.result.detail.empty()) object["detail"] = exchange.result.detail;
  object["ambiguous"] = verdict.ambiguous;
  object["durationMs"] =
      std::chrono::duration<double, std::milli>(exchange.result.duration).count();
  object["token"] = exchange.token;
  object["plaintext"] = exchange.plaintext;
  object["body"] = exchange.request.body;
  if (exchange.result.response) object["response"] = response_object(*exchange.result.response);
  return object;
}

}  // namespace

std::vector<std::string> tell(const JournalRecord& record, const Console& console) {
  StoryTeller teller(record, console);
  std::visit(teller, record.what);
  return teller.take();
}

ordered_json to_object(const JournalRecord& record) {
  if (const auto* finished = std::get_if<record::AttemptFinished>(&record.what)) {
    // An attempt that was given up as overdue has no exchange: there is nothing to show of it.
    return record.exchange ? attempt_object(record, *finished) : ordered_json();
  }
  if (const auto* retry = std::get_if<record::RetryScheduled>(&record.what)) {
    return {{"type", "retry"},
            {"delivery", record.delivery},
            {"number", retry->number},
            {"at", format_timestamp(retry->at)},
            {"inMs", to_milliseconds(retry->at - record.at)}};
  }
  if (const auto* mail = std::get_if<record::MailFinished>(&record.what)) {
    ordered_json object{{"type", "mail"},
                        {"delivery", record.delivery},
                        {"to", record.event->email()},
                        {"handedOver", mail->handed_over}};
    if (record.receipt) object["mail"] = record.receipt->where;
    if (record.mail_error) object["error"] = record.mail_error->message;
    return object;
  }
  return nullptr;
}

ordered_json outcome_object(const std::vector<JournalRecord>& records) {
  ordered_json object{{"type", "outcome"}};
  Verdict last;
  bool no_webhook = false;
  ordered_json mail = ordered_json::object();
  for (const JournalRecord& record : records) {
    if (const auto* finished = std::get_if<record::AttemptFinished>(&record.what)) {
      last = finished->verdict;
    } else if (record.receipt) {
      mail["mail"] = record.receipt->where;
    } else if (record.mail_error) {
      mail["error"] = record.mail_error->message;
    } else if (const auto* started = std::get_if<record::MailStarted>(&record.what)) {
      no_webhook = started->cause.no_webhook;
    } else if (const auto* ended = std::get_if<record::Ended>(&record.what)) {
      object["outcome"] = outcome_word(ended->outcome);
      object["attempts"] = ended->attempts;
      if (last.reason) object["reason"] = failure_word(*last.reason);
      if (no_webhook) object["reason"] = "no_webhook";
      if (last.status != 0) object["status"] = last.status;
      object["ambiguous"] = ended->ambiguous_attempts > 0;
      object["delivery"] = record.delivery;
    }
  }
  object.update(mail);
  return object;
}

}  // namespace roomle_sim
