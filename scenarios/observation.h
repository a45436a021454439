// What happened to the sends of a scenario, told as JSON, for expectations to be compared with.
//
// Of one send:
//   {"refused": TEXT}  where the simulator took no event, else
//   {"outcome", "attempts", "reasons": ["status 503", "timeout", …], "statuses": [503, null, …],
//    "ambiguous", "mails", "mail": [MAIL, …], "mailError",
//    "received": {"count", "requests": [REQUEST, …]}, "customer": {"tenant", "roomle", "total"}}
// MAIL:    {"from", "to", "subject", "text", "html", "headers": {lower-case name: value}}
// REQUEST: {"endpoint", "method", "target", "event", "headers", "body": JSON, "bodyText", "answer",
// "problems",
//           "token": {"value", "verdict", "authenticated", "plaintext", "timestamp",
//                     "sessionToken", "apiKey"}}
// `customer` counts the mails that reached him: the tenant's own, one for each event that his
// endpoint accepted (whatever became of the response), and Roomle's. A member without a value is
// absent. Everything here is pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "endpoint/received.h"
#include "fallback_mailer/mail_reader.h"
#include "sender/journal.h"

namespace roomle_sim {

// One send, and all that is known of it.
struct SendFacts {
  std::optional<std::string> refusal;
  std::vector<JournalRecord> records;
  std::vector<ReceivedMail> mails;
  std::vector<ReceivedRequest> requests;  // that the built-in endpoint received of it
};

// How a header's name is written in an observation: in lower case.
std::string observed_name(std::string header);

nlohmann::json observe(const SendFacts& send);

// {"sends", "refused", "delivered", "mailed", "mail_failed", "attempts", "ambiguous", "mails",
// "received", "customer"}; `received` counts all that the endpoint was asked, `ambiguous` the
// deliveries.
nlohmann::json observe_total(const std::vector<SendFacts>& sends, std::size_t received);

}  // namespace roomle_sim
