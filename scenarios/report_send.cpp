#include "scenarios/report_send.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenarios/curl_command.h"
#include "scenarios/report_text.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

ordered_json pairs(const Headers& headers) {
  ordered_json list = ordered_json::array();
  for (const auto& [name, value] : headers) list.push_back({name, value});
  return list;
}

// Goes through a delivery's records and tells what came of them, with times since the begin.
class SendTeller {
 public:
  SendTeller(const SendRecord& send, TimePoint begin, const RunOptions& run, const Masking& masking)
      : send_(send), begin_(begin), run_(run), masking_(masking), unclaimed_(send.facts.requests) {}

  ordered_json tell() {
    object_ = {{"line", line_of(send_.where)}};
    if (!send_.name.empty()) object_["as"] = send_.name;
    object_["event"] = send_.event.type;
    object_["to"] = send_.event.email();
    object_["tenant"] = {
        {"id", send_.tenant.id}, {"name", send_.tenant.name}, {"label", send_.tenant.shown_name()}};
    object_["atMs"] = since_begin(send_.at);
    if (send_.facts.refusal) {
      object_["refused"] = *send_.facts.refusal;
      return std::move(object_);
    }
    object_["delivery"] = send_.delivery;
    object_["outcome"] = nullptr;  // while it is open
    object_["ambiguous"] = false;
    object_["body"] = event_body(send_.event);
    object_["attempts"] = ordered_json::array();
    object_["waits"] = ordered_json::array();
    for (const JournalRecord& record : send_.facts.records) {
      std::visit([&](const auto& what) { on(what, record); }, record.what);
    }
    tell_mails();
    return std::move(object_);
  }

 private:
  [[nodiscard]] double since_begin(TimePoint at) const {
    return fractional_milliseconds(at - begin_);
  }

  void on(const record::Accepted& accepted, const JournalRecord& record) {
    if (accepted.not_before) add_wait(1, record.at, *accepted.not_before, "notBefore");
  }

  void on(const record::AttemptStarted& started, const JournalRecord& record) {
    ordered_json attempt{{"number", started.number}, {"startMs", since_begin(record.at)}};
    if (record.exchange) tell_request(attempt, *record.exchange);
    object_["attempts"].push_back(std::move(attempt));
  }

  void on(const record::AttemptFinished& finished, const JournalRecord& record) {
    auto& attempts = object_["attempts"];
    if (attempts.empty()) return;
    ordered_json& attempt = attempts.back();
    const Verdict& verdict = finished.verdict;
    attempt["endMs"] = since_begin(record.at);
    attempt["success"] = verdict.success;
    if (verdict.status != 0) attempt["status"] = verdict.status;
    if (verdict.reason) attempt["reason"] = failure_word(*verdict.reason);
    attempt["ambiguous"] = verdict.ambiguous;
    if (verdict.ambiguous) object_["ambiguous"] = true;
    if (!record.exchange) return;
    const AttemptResult& result = record.exchange->result;
    attempt["durationMs"] = fractional_milliseconds(result.duration);
    if (!result.detail.empty()) attempt["detail"] = result.detail;
    if (!result.response) return;
    attempt["response"] = {{"status", result.response->status},
                           {"headers", pairs(masking_.headers(result.response->headers, {}))},
                           {"body", result.response->body},
                           {"bodyCut", result.response->body_cut}};
  }

  void on(const record::RetryScheduled& retry, const JournalRecord& record) {
    add_wait(retry.number, record.at, retry.at, "retry");
  }

  void on(const record::MailStarted& started, const JournalRecord& record) {
    object_["mail"] = {{"startMs", since_begin(record.at)}, {"cause", describe(started.cause)}};
  }

  void on(const record::MailFinished& finished, const JournalRecord& record) {
    ordered_json& mail = object_["mail"];
    mail["endMs"] = since_begin(record.at);
    mail["handedOver"] = finished.handed_over;
    if (record.receipt) mail["where"] = record.receipt->where;
    if (record.mail_error) mail["error"] = record.mail_error->message;
  }

  void on(const record::Ended& ended, const JournalRecord& record) {
    object_["outcome"] = outcome_word(ended.outcome);
    object_["endMs"] = since_begin(record.at);
  }

  void add_wait(int number, TimePoint from, TimePoint to, std::string_view why) {
    object_["waits"].push_back({{"beforeAttempt", number},
                                {"why", why},
                                {"fromMs", since_begin(from)},
                                {"toMs", since_begin(std::max(from, to))}});
  }

  void tell_request(ordered_json& attempt, const Exchange& exchange) {
    const AttemptRequest& request = exchange.request;
    attempt["request"] = {{"url", request.url},
                          {"builtIn", send_.built_in},
                          {"headers", pairs(masking_.headers(request.headers, exchange.token))},
                          {"body", request.body},
                          {"timeoutMs", fractional_milliseconds(request.timeout)}};
    attempt["token"] = {{"header", send_.tenant.simulator.token.header},
                        {"value", exchange.token},
                        {"plaintext", exchange.plaintext}};
    attempt["curl"] = curl_command(send_, exchange, run_.transport, masking_);
    const auto received =
        std::find_if(unclaimed_.begin(), unclaimed_.end(), [&](const ReceivedRequest& one) {
          return one.token.value == exchange.token && one.body == request.body;
        });
    if (received == unclaimed_.end()) return;
    ordered_json token = token_members(received->token);
    token["verdict"] = verdict_word(received->token.verdict);
    attempt["received"] = {{"endpoint", received->endpoint},
                           {"atMs", since_begin(received->time)},
                           {"method", received->method},
                           {"target", received->target},
                           {"answer", answer_word(received->plan)},
                           {"problems", received->problems},
                           {"token", std::move(token)}};
    unclaimed_.erase(received);
  }

  void tell_mails() {
    if (send_.facts.mails.empty()) return;
    ordered_json& mails = object_["mails"] = ordered_json::array();
    for (const ReceivedMail& mail : send_.facts.mails) mails.push_back(to_json(mail));
  }

  const SendRecord& send_;
  TimePoint begin_;
  const RunOptions& run_;
  const Masking& masking_;
  std::vector<ReceivedRequest> unclaimed_;
  ordered_json object_;
};

}  // namespace

ordered_json send_document(const SendRecord& send, TimePoint begin, const RunOptions& run,
                           const Masking& masking) {
  return SendTeller(send, begin, run, masking).tell();
}

}  // namespace roomle_sim
