#include "service/inspector_json.h"

#include <string>
#include <string_view>

#include "fallback_mailer/clean_text.h"
#include "sender/credential_headers.h"
#include "tenants/encoding.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Bytes that are no UTF-8 stand in "bodyBase64" instead.
void put_body(const std::string& body, ordered_json& into) {
  if (valid_utf8(body) == body) {
    into["body"] = body;
  } else {
    into["bodyBase64"] = base64_encode(body);
  }
}

ordered_json headers_json(const Headers& headers) {
  ordered_json list = ordered_json::array();
  for (const auto& [name, value] : headers) list.push_back({{"name", name}, {"value", value}});
  return list;
}

ordered_json request_json(const Exchange& exchange, bool decrypt) {
  ordered_json request{{"url", exchange.request.url}, {"token", exchange.token}};
  if (decrypt) request["tokenPlaintext"] = exchange.plaintext;
  request["headers"] = headers_json(without_credentials(exchange.request.headers, exchange.token));
  put_body(exchange.request.body, request);
  request["timeoutMs"] = milliseconds(exchange.request.timeout);
  return request;
}

ordered_json response_json(const HttpResponse& response) {
  ordered_json json{{"status", response.status},
                    {"headers", headers_json(without_credentials(response.headers))}};
  put_body(response.body, json);
  json["bodyCut"] = response.body_cut;
  return json;
}

// Puts the records of a delivery together to what a person asks for.
class AttemptTeller {
 public:
  explicit AttemptTeller(bool decrypt) : decrypt_(decrypt) {}

  void tell(const PastRecord& past) {
    std::visit([&](const auto& what) { on(what, past); }, past.what);
  }

  ordered_json attempts = ordered_json::array();
  ordered_json waits = ordered_json::array();
  ordered_json mail;
  std::optional<TimePoint> not_before;

 private:
  void on(const record::Accepted& accepted, const PastRecord&) { not_before = accepted.not_before; }
  void on(const record::AttemptStarted& started, const PastRecord& past) {
    attempts.push_back({{"number", started.number}, {"startedAt", format_timestamp(past.at)}});
    if (past.exchange) attempts.back()["request"] = request_json(*past.exchange, decrypt_);
  }
  void on(const record::AttemptFinished& finished, const PastRecord& past) {
    if (attempts.empty()) attempts.push_back({{"number", finished.number}});
    ordered_json& attempt = attempts.back();
    attempt["endedAt"] = format_timestamp(past.at);
    if (past.exchange) put_result(past.exchange->result, attempt);
    put_verdict(finished.verdict, attempt);
  }
  void on(const record::RetryScheduled& retry, const PastRecord& past) {
    waits.push_back({{"attempt", retry.number},
                     {"from", format_timestamp(past.at)},
                     {"until", format_timestamp(retry.at)}});
  }
  void on(const record::MailStarted& started, const PastRecord& past) {
    mail = {{"cause", describe(started.cause)},
            {"startedAt", format_timestamp(past.at)},
            {"possiblySecond", started.cause.ambiguous_attempts > 0}};
  }
  void on(const record::MailFinished& finished, const PastRecord& past) {
    mail["handedOver"] = finished.handed_over;
    mail["endedAt"] = format_timestamp(past.at);
    if (past.receipt) mail["where"] = past.receipt->where;
    if (past.mail_error) mail["error"] = past.mail_error->message;
  }
  void on(const record::Ended&, const PastRecord&) {}

  static void put_result(const AttemptResult& result, ordered_json& attempt) {
    attempt["durationMs"] = milliseconds(result.duration);
    attempt["requestSent"] = result.request_sent;
    attempt["reusedConnection"] = result.reused_connection;
    if (!result.detail.empty()) attempt["detail"] = result.detail;
    if (result.response) attempt["response"] = response_json(*result.response);
  }
  static void put_verdict(const Verdict& verdict, ordered_json& attempt) {
    attempt["success"] = verdict.success;
    if (verdict.reason) attempt["reason"] = failure_word(*verdict.reason);
    if (verdict.status != 0) attempt["status"] = verdict.status;
    attempt["ambiguous"] = verdict.ambiguous;
    attempt["lost"] = verdict.lost;
  }

  const bool decrypt_;
};

}  // namespace

ordered_json summary_json(const DeliverySummary& summary) {
  ordered_json json{{"id", summary.id},
                    {"tenant", summary.tenant_id},
                    {"event", summary.event},
                    {"acceptedAt", format_timestamp(summary.accepted_at)}};
  if (summary.ended_at) json["endedAt"] = format_timestamp(*summary.ended_at);
  if (summary.outcome) json["outcome"] = outcome_word(*summary.outcome);
  json["attempts"] = summary.attempts;
  json["ambiguousAttempts"] = summary.ambiguous_attempts;
  if (summary.last_reason) json["lastReason"] = failure_word(*summary.last_reason);
  if (summary.last_status != 0) json["lastStatus"] = summary.last_status;
  return json;
}

ordered_json story_json(const DeliveryStory& story, bool decrypt) {
  ordered_json json = summary_json(story.summary);
  AttemptTeller teller(decrypt);
  for (const PastRecord& past : story.records) teller.tell(past);
  json["data"] = story.event->parse().data;
  if (!story.event->message().empty()) json["message"] = story.event->message();
  if (!story.event->language().empty()) json["language"] = story.event->language();
  if (teller.not_before) json["notBefore"] = format_timestamp(*teller.not_before);
  json["attemptList"] = std::move(teller.attempts);
  json["waits"] = std::move(teller.waits);
  if (!teller.mail.is_null()) json["mail"] = std::move(teller.mail);
  return json;
}

}  // namespace roomle_sim
