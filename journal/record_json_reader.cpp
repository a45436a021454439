#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "journal/json_text.h"
#include "journal/record_json.h"

namespace roomle_sim {
namespace {

using nlohmann::json;

// A member, or `otherwise` where it is absent. One of another type throws json::exception, which
// the functions at the end turn into "damaged".
template <class T>
T get(const json& object, const char* name, T otherwise = {}) {
  const auto found = object.find(name);
  return found == object.end() ? otherwise : found->get<T>();
}

std::string bytes(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? std::string() : bytes_of(*found);
}

std::optional<FailureReason> reason(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  return failure_from_word(found->get<std::string>());
}

Verdict read_verdict(const json& record) {
  const json& object = record.at("verdict");
  Verdict verdict;
  verdict.success = get<bool>(object, "success");
  verdict.reason = reason(object, "reason");
  verdict.status = get<int>(object, "status");
  verdict.ambiguous = get<bool>(object, "ambiguous");
  verdict.lost = get<bool>(object, "lost");
  if (const auto after = object.find("retryAfterNs"); after != object.end()) {
    verdict.retry_after = Duration(after->get<std::int64_t>());
  }
  return verdict;
}

MailCause read_cause(const json& record) {
  MailCause cause;
  cause.no_webhook = get<bool>(record, "noWebhook");
  cause.attempts = get<int>(record, "attempts");
  cause.ambiguous_attempts = get<int>(record, "ambiguousAttempts");
  if (record.contains("verdict")) cause.last = read_verdict(record);
  return cause;
}

record::Ended read_ended(const json& record) {
  const auto outcome = outcome_from_word(record.at("outcome").get<std::string>());
  if (!outcome) throw std::domain_error("no outcome");
  return {*outcome, get<int>(record, "attempts"), get<int>(record, "ambiguousAttempts")};
}

Record read_record(const json& record) {
  const auto& kind = record.at("record").get_ref<const std::string&>();
  const int number = get<int>(record, "number");
  if (kind == "accepted") {
    return record::Accepted{from_nanoseconds(record.at("notBeforeNs").get<std::int64_t>())};
  }
  if (kind.starts_with("attempt") && number < 1) throw std::domain_error("no attempt");
  if (kind == "attempt_started") return record::AttemptStarted{number};
  if (kind == "attempt_finished") return record::AttemptFinished{number, read_verdict(record)};
  if (kind == "retry_scheduled") {
    return record::RetryScheduled{number, from_nanoseconds(record.at("dueNs").get<std::int64_t>())};
  }
  if (kind == "mail_started") return record::MailStarted{read_cause(record)};
  if (kind == "mail_finished") return record::MailFinished{record.at("handedOver").get<bool>()};
  if (kind == "ended") return read_ended(record);
  throw std::domain_error("no record");
}

json parse_array(std::string_view text) {
  json tree = json_from<nlohmann::json>(text);
  if (!tree.is_array()) throw std::domain_error("no array");
  return tree;
}

TimedRecord read_timed(const json& record) {
  return {from_nanoseconds(record.at("atNs").get<std::int64_t>()), read_record(record)};
}

Headers read_headers(const json& object) {
  Headers headers;
  for (const json& header : object.at("headers")) {
    headers.emplace_back(bytes_of(header.at(0)), bytes_of(header.at(1)));
  }
  return headers;
}

std::shared_ptr<const Exchange> read_request(const json& object, const EventText& event,
                                             std::int64_t tenant_id) {
  auto exchange = std::make_shared<Exchange>();
  exchange->token = bytes(object, "token");
  exchange->plaintext = bytes(object, "plaintext");
  AttemptRequest& request = exchange->request;
  request.pool_key = std::to_string(tenant_id);
  request.url = bytes(object, "url");
  request.headers = read_headers(object);
  request.timeout = Duration(get<std::int64_t>(object, "timeoutNs"));
  request.body = object.contains("body") ? bytes(object, "body") : event.body();
  return exchange;
}

AttemptResult read_result(const json& object) {
  AttemptResult result;
  result.duration = Duration(get<std::int64_t>(object, "durationNs"));
  result.error = reason(object, "error");
  result.request_sent = get<bool>(object, "requestSent");
  result.reused_connection = get<bool>(object, "reusedConnection");
  result.detail = bytes(object, "detail");
  if (const auto response = object.find("response"); response != object.end()) {
    result.response = HttpResponse{get<int>(*response, "status"), read_headers(*response),
                                   bytes(*response, "body"), get<bool>(*response, "bodyCut")};
  }
  return result;
}

void read_details(const json& details, const EventText& event, std::int64_t tenant_id,
                  std::shared_ptr<const Exchange>& started, PastRecord& past) {
  if (details.contains("request")) {
    started = read_request(details.at("request"), event, tenant_id);
    past.exchange = started;
  } else if (details.contains("result")) {
    auto exchange = started ? std::make_shared<Exchange>(*started) : std::make_shared<Exchange>();
    exchange->result = read_result(details.at("result"));
    past.exchange = std::move(exchange);
  } else if (details.contains("where")) {
    past.receipt = MailReceipt{bytes(details, "where")};
  } else if (details.contains("fault")) {
    const bool address = details.at("fault").get<std::string>() == "bad_address";
    past.mail_error = MailError{address ? MailFault::bad_address : MailFault::unavailable,
                                bytes(details, "message")};
  }
}

// False: what `read` reads is damaged.
template <class Read>
bool sound(Read read) {
  try {
    read();
    return true;
  } catch (const json::exception&) {
    return false;
  } catch (const std::domain_error&) {
    return false;
  }
}

}  // namespace

std::optional<std::vector<TimedRecord>> records_from_json(std::string_view records) {
  std::vector<TimedRecord> all;
  const bool read = sound([&] {
    for (const json& record : parse_array(records)) all.push_back(read_timed(record));
  });
  return read ? std::optional(std::move(all)) : std::nullopt;
}

std::optional<std::vector<PastRecord>> past_from_json(std::string_view records,
                                                      std::string_view details,
                                                      const EventText& event,
                                                      std::int64_t tenant_id,
                                                      std::shared_ptr<const Exchange>& started) {
  std::vector<PastRecord> all;
  const bool read = sound([&] {
    const json tree = parse_array(records);
    const json beside = details.empty() ? json::array() : parse_array(details);
    for (std::size_t i = 0; i < tree.size(); ++i) {
      const TimedRecord timed = read_timed(tree.at(i));
      PastRecord past{timed.at, timed.what, {}, {}, {}};
      if (!beside.empty()) read_details(beside.at(i), event, tenant_id, started, past);
      all.push_back(std::move(past));
    }
  });
  return read ? std::optional(std::move(all)) : std::nullopt;
}

}  // namespace roomle_sim
