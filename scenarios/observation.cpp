#include "scenarios/observation.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "base/json_text.h"

namespace roomle_sim {
namespace {

using nlohmann::json;

// Values of equal names are joined, as RFC 9110 (5.2) allows for every header but Set-Cookie.
json headers_of(const std::vector<std::pair<std::string, std::string>>& headers) {
  json object = json::object();
  for (const auto& [name, value] : headers) {
    json& member = object[observed_name(name)];
    member = member.is_null() ? value : fmt::format("{}, {}", member.get<std::string>(), value);
  }
  return object;
}

json mail_object(const ReceivedMail& mail) {
  json object{{"from", mail.from},
              {"to", fmt::format("{}", fmt::join(mail.to, ", "))},
              {"subject", mail.subject},
              {"headers", headers_of(mail.headers)}};
  if (!mail.text.empty()) object["text"] = mail.text;
  if (!mail.html.empty()) object["html"] = mail.html;
  return object;
}

json token_object(const ReceivedToken& token) {
  json object = token_members(token);
  object["verdict"] = verdict_word(token.verdict);
  object["authenticated"] = token.verdict == TokenVerdict::authenticated;
  return object;
}

json request_object(const ReceivedRequest& request) {
  json object{{"method", request.method},     {"target", request.target},
              {"event", request.event},       {"headers", headers_of(request.headers)},
              {"bodyText", request.body},     {"answer", answer_word(request.plan)},
              {"problems", request.problems}, {"token", token_object(request.token)}};
  if (!request.endpoint.empty()) object["endpoint"] = request.endpoint;
  json body = json_from<nlohmann::json>(request.body);
  if (!body.is_discarded()) object["body"] = std::move(body);
  return object;
}

std::string reason_of(const Verdict& verdict) {
  const FailureReason reason = verdict.reason.value_or(FailureReason::timeout);
  return reason == FailureReason::status ? fmt::format("status {}", verdict.status)
                                         : std::string(failure_word(reason));
}

// Adds what one record says.
class RecordTeller {
 public:
  explicit RecordTeller(json& object) : object_(object) {}

  void tell(const JournalRecord& record) {
    std::visit([&](const auto& what) { on(what, record); }, record.what);
  }

 private:
  void on(const record::AttemptStarted& started, const JournalRecord&) {
    object_["attempts"] = started.number;
  }
  void on(const record::AttemptFinished& finished, const JournalRecord&) {
    const Verdict& verdict = finished.verdict;
    object_["statuses"].push_back(verdict.status == 0 ? json(nullptr) : json(verdict.status));
    if (!verdict.success) object_["reasons"].push_back(reason_of(verdict));
    if (verdict.ambiguous) object_["ambiguous"] = true;
  }
  void on(const record::MailFinished&, const JournalRecord& record) {
    if (record.mail_error) object_["mailError"] = record.mail_error->message;
  }
  void on(const record::Ended& ended, const JournalRecord&) {
    object_["outcome"] = outcome_word(ended.outcome);
  }
  template <class Other>
  void on(const Other&, const JournalRecord&) {}

  json& object_;
};

// Whether the tenant's side took the event as its own to mail: it meant to say so, whatever became
// of the response on its way. Who resets or never answers has not; that is a fault of another kind.
bool was_accepted(const ReceivedRequest& request) {
  const bool told_by_roomle = request.token.verdict != TokenVerdict::missing &&
                              request.token.verdict != TokenVerdict::unreadable;
  return accepts_event(request.plan) && told_by_roomle && !request.event.empty();
}

json customer_object(const SendFacts& send) {
  const auto own = std::count_if(send.requests.begin(), send.requests.end(), was_accepted);
  const auto tenant = static_cast<std::size_t>(own);
  return {{"tenant", tenant}, {"roomle", send.mails.size()}, {"total", tenant + send.mails.size()}};
}

}  // namespace

std::string observed_name(std::string header) {
  std::transform(header.begin(), header.end(), header.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return header;
}

json observe(const SendFacts& send) {
  if (send.refusal) return {{"refused", *send.refusal}};
  json object{{"attempts", 0},      {"reasons", json::array()},   {"statuses", json::array()},
              {"ambiguous", false}, {"mails", send.mails.size()}, {"mail", json::array()}};
  RecordTeller teller(object);
  for (const JournalRecord& record : send.records) teller.tell(record);
  for (const ReceivedMail& mail : send.mails) object["mail"].push_back(mail_object(mail));
  json requests = json::array();
  for (const ReceivedRequest& request : send.requests) requests.push_back(request_object(request));
  object["received"] = {{"count", requests.size()}, {"requests", std::move(requests)}};
  object["customer"] = customer_object(send);
  return object;
}

json observe_total(const std::vector<SendFacts>& sends, std::size_t received) {
  json total{{"sends", sends.size()},
             {"received", received},
             {"customer", {{"tenant", 0}, {"roomle", 0}, {"total", 0}}}};
  for (const char* name :
       {"refused", "delivered", "mailed", "mail_failed", "attempts", "ambiguous", "mails"}) {
    total[name] = 0;
  }
  const auto add = [&](const std::string& name, std::size_t count) {
    total[name] = total[name].get<std::size_t>() + count;
  };
  for (const SendFacts& send : sends) {
    const json one = observe(send);
    if (send.refusal) {
      add("refused", 1);
      continue;
    }
    if (one.contains("outcome")) add(one["outcome"].get<std::string>(), 1);
    add("attempts", one["attempts"].get<std::size_t>());
    add("ambiguous", one["ambiguous"].get<bool>() ? 1 : 0);
    add("mails", send.mails.size());
    for (const auto& [name, count] : one["customer"].items()) {
      json& sum = total["customer"][name];
      sum = sum.get<std::size_t>() + count.get<std::size_t>();
    }
  }
  return total;
}

}  // namespace roomle_sim
