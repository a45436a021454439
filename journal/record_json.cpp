#include "journal/record_json.h"

#include "journal/json_text.h"

namespace roomle_sim {
namespace {

void write_verdict(const Verdict& verdict, JsonText& json) {
  json.open_object("verdict");
  if (verdict.success) json.member("success", true);
  if (verdict.reason) json.member("reason", failure_word(*verdict.reason));
  if (verdict.status != 0) json.member("status", verdict.status);
  if (verdict.ambiguous) json.member("ambiguous", true);
  if (verdict.lost) json.member("lost", true);
  if (verdict.retry_after) json.member("retryAfterNs", verdict.retry_after->count());
  json.close_object();
}

void write_headers(const Headers& headers, JsonText& json) {
  json.open_array("headers");
  for (const auto& [name, value] : headers) {
    json.open_array();
    json.text(name);
    json.text(value);
    json.close_array();
  }
  json.close_array();
}

void write_request(const Exchange& exchange, const EventText& event, JsonText& json) {
  const AttemptRequest& request = exchange.request;
  json.open_object("request");
  json.member("url", request.url);
  write_headers(request.headers, json);
  json.member("timeoutNs", request.timeout.count());
  json.member("token", exchange.token);
  json.member("plaintext", exchange.plaintext);
  if (request.body != event.body()) json.member("body", request.body);
  json.close_object();
}

void write_result(const AttemptResult& result, JsonText& json) {
  json.open_object("result");
  json.member("durationNs", result.duration.count());
  if (result.error) json.member("error", failure_word(*result.error));
  if (result.request_sent) json.member("requestSent", true);
  if (result.reused_connection) json.member("reusedConnection", true);
  if (!result.detail.empty()) json.member("detail", result.detail);
  if (result.response) {
    json.open_object("response");
    json.member("status", result.response->status);
    write_headers(result.response->headers, json);
    json.member("body", std::string_view(result.response->body).substr(0, kBodyCap));
    if (result.response->body_cut || result.response->body.size() > kBodyCap) {
      json.member("bodyCut", true);
    }
    json.close_object();
  }
  json.close_object();
}

// One record's members behind "at".
class Writer {
 public:
  Writer(const JournalRecord& record, JsonText& json) : record_(record), json_(json) {}

  void operator()(const record::Accepted&) { json_.member("record", "accepted"); }
  void operator()(const record::AttemptStarted& started) {
    json_.member("record", "attempt_started");
    json_.member("number", started.number);
    if (record_.exchange) write_request(*record_.exchange, *record_.event, json_);
  }
  void operator()(const record::AttemptFinished& finished) {
    json_.member("record", "attempt_finished");
    json_.member("number", finished.number);
    write_verdict(finished.verdict, json_);
    if (record_.exchange) write_result(record_.exchange->result, json_);
  }
  void operator()(const record::RetryScheduled& retry) {
    json_.member("record", "retry_scheduled");
    json_.member("number", retry.number);
    json_.member("dueNs", to_nanoseconds(retry.at));
  }
  void operator()(const record::MailStarted& mail) {
    json_.member("record", "mail_started");
    if (mail.cause.no_webhook) json_.member("noWebhook", true);
    json_.member("attempts", mail.cause.attempts);
    json_.member("ambiguousAttempts", mail.cause.ambiguous_attempts);
    if (mail.cause.attempts > 0) write_verdict(mail.cause.last, json_);
  }
  void operator()(const record::MailFinished& mail) {
    json_.member("record", "mail_finished");
    json_.member("handedOver", mail.handed_over);
    if (record_.receipt) json_.member("where", record_.receipt->where);
    if (record_.mail_error) {
      json_.member("fault", record_.mail_error->fault == MailFault::bad_address ? "bad_address"
                                                                                : "unavailable");
      json_.member("message", record_.mail_error->message);
    }
  }
  void operator()(const record::Ended& ended) {
    json_.member("record", "ended");
    json_.member("outcome", outcome_word(ended.outcome));
    json_.member("attempts", ended.attempts);
    json_.member("ambiguousAttempts", ended.ambiguous_attempts);
  }

 private:
  const JournalRecord& record_;
  JsonText& json_;
};

}  // namespace

std::string records_to_json(std::span<const JournalRecord> records) {
  JsonText json;
  bool any = false;
  json.open_array();
  for (const JournalRecord& record : records) {
    if (std::holds_alternative<record::Accepted>(record.what)) continue;
    any = true;
    json.open_object();
    json.member("atNs", to_nanoseconds(record.at));
    std::visit(Writer(record, json), record.what);
    json.close_object();
  }
  json.close_array();
  return any ? json.take() : std::string();
}

std::int64_t to_nanoseconds(TimePoint when) {
  return when.time_since_epoch().count();
}

TimePoint from_nanoseconds(std::int64_t since_epoch) {
  return TimePoint(Duration(since_epoch));
}

}  // namespace roomle_sim
