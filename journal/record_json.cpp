#include "journal/record_json.h"

#include "journal/json_text.h"
#include "sender/credential_headers.h"

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
  write_headers(without_credentials(request.headers, exchange.token), json);
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
    write_headers(without_credentials(result.response->headers), json);
    json.member("body", std::string_view(result.response->body).substr(0, kBodyCap));
    if (result.response->body_cut || result.response->body.size() > kBodyCap) {
      json.member("bodyCut", true);
    }
    json.close_object();
  }
  json.close_object();
}

// One record's members behind "atNs".
class Writer {
 public:
  explicit Writer(JsonText& json) : json_(json) {}

  void operator()(const record::Accepted& accepted) {
    json_.member("record", "accepted");
    json_.member("notBeforeNs", to_nanoseconds(*accepted.not_before));
  }
  void operator()(const record::AttemptStarted& started) {
    json_.member("record", "attempt_started");
    json_.member("number", started.number);
  }
  void operator()(const record::AttemptFinished& finished) {
    json_.member("record", "attempt_finished");
    json_.member("number", finished.number);
    write_verdict(finished.verdict, json_);
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
  }
  void operator()(const record::Ended& ended) {
    json_.member("record", "ended");
    json_.member("outcome", outcome_word(ended.outcome));
    json_.member("attempts", ended.attempts);
    json_.member("ambiguousAttempts", ended.ambiguous_attempts);
  }

 private:
  JsonText& json_;
};

// What goes with a record; false: nothing.
bool write_details(const JournalRecord& record, JsonText& json) {
  bool any = true;
  json.open_object();
  if (record.exchange && std::holds_alternative<record::AttemptStarted>(record.what)) {
    write_request(*record.exchange, *record.event, json);
  } else if (record.exchange && std::holds_alternative<record::AttemptFinished>(record.what)) {
    write_result(record.exchange->result, json);
  } else if (record.receipt) {
    json.member("where", record.receipt->where);
  } else if (record.mail_error) {
    const bool address = record.mail_error->fault == MailFault::bad_address;
    json.member("fault", address ? "bad_address" : "unavailable");
    json.member("message", record.mail_error->message);
  } else {
    any = false;
  }
  json.close_object();
  return any;
}

// The delivery's own row holds that.
bool is_plain_acceptance(const Record& record) {
  const auto* accepted = std::get_if<record::Accepted>(&record);
  return accepted != nullptr && !accepted->not_before;
}

}  // namespace

RecordTexts records_to_json(std::span<const JournalRecord> records) {
  JsonText json;
  JsonText details;
  bool any = false;
  bool any_details = false;
  json.open_array();
  details.open_array();
  for (const JournalRecord& record : records) {
    if (is_plain_acceptance(record.what)) continue;
    any = true;
    json.open_object();
    json.member("atNs", to_nanoseconds(record.at));
    std::visit(Writer(json), record.what);
    json.close_object();
    if (write_details(record, details)) any_details = true;
  }
  json.close_array();
  details.close_array();
  return {any ? json.take() : std::string(), any_details ? details.take() : std::string()};
}

std::int64_t to_nanoseconds(TimePoint when) {
  return when.time_since_epoch().count();
}

TimePoint from_nanoseconds(std::int64_t since_epoch) {
  return TimePoint(Duration(since_epoch));
}

}  // namespace roomle_sim
