// Deliveries, as the inspector shows them. service/openapi.json describes the same. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "journal/history.h"

namespace roomle_sim {

// {"id","tenant","event","acceptedAt","endedAt","outcome","attempts","ambiguousAttempts",
// "lastReason","lastStatus"}: what is not known is absent; an open one has no "outcome".
nlohmann::ordered_json summary_json(const DeliverySummary& summary);

// The summary with the event whole and all that was done: "data" and "message" of the event,
// "notBefore", "attemptList", "waits", "mail". `decrypt`: with each token's plaintext. Values of
// headers that hold credentials are not shown; bytes that are no UTF-8 stand in base64.
nlohmann::ordered_json story_json(const DeliveryStory& story, bool decrypt);

}  // namespace roomle_sim
