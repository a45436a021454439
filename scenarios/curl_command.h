// The curl command that makes the same POST as an attempt of a send did. Pure.
#pragma once

#include <string>

#include "scenarios/masking.h"
#include "sender/http_transport.h"
#include "sender/journal.h"

namespace roomle_sim {

// In one line, for a POSIX shell. A header that holds credentials is named and its value left to a
// variable of the shell: -H "Authorization: $AUTHORIZATION". So is the URL of a built-in endpoint,
// where nobody answers any more: "$WEBHOOK" is for one that does. An endpoint that looks at the
// time in the token takes it for as long as it tolerates.
std::string curl_command(const SendRecord& send, const Exchange& exchange,
                         const HttpTransportOptions& transport, const Masking& masking);

}  // namespace roomle_sim
