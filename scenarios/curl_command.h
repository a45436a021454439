// The curl command that makes the same POST as an attempt of a send did. Pure.
#pragma once

#include <string>

#include "scenarios/masking.h"
#include "sender/http_transport.h"
#include "sender/journal.h"

namespace roomle_sim {

// In one line, for a POSIX shell. A header that holds credentials is named and its value left to a
// variable of the shell: -H "Authorization: $AUTHORIZATION". So are what is masked in a header or
// in the URL ("http://h/?api_key=$API_KEY"), and the URL of a built-in endpoint, where nobody
// answers any more: "$WEBHOOK" is for one that does. In a body it stays masked. An endpoint that
// looks at the time in the token takes it for as long as it tolerates.
std::string curl_command(const SendRecord& send, const Exchange& exchange,
                         const HttpTransportOptions& transport, const Masking& masking);

// Whether the command can make the same POST: nothing in the body is masked.
bool posts_the_same(const Exchange& exchange, const Masking& masking);

// What to say of one that cannot.
inline constexpr std::string_view kNotTheSamePost =
    "What stands as ****** in the body is not shown: this POST has the asterisks in its place.";

}  // namespace roomle_sim
