// What happened, in a sentence each, for people.
#pragma once

#include <string>

#include "sender/journal.h"

namespace roomle_sim {

// "email.savedConfiguration for customer@example.com, tenant 42 (acme)"
std::string tell_send(const Event& event, const Tenant& tenant);

// "POST http://127.0.0.1:8090/ -> 503 after 3 ms", "the Roomle email goes to …"; empty where a
// record tells nothing that its neighbours do not.
std::string tell_record(const JournalRecord& record);

}  // namespace roomle_sim
