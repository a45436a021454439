// One request and its answer over a connection that stands. Here cpp-httplib does its part.
#pragma once

#include "sender/deadline_socket.h"
#include "sender/transport.h"
#include "tenants/url.h"

namespace roomle_sim {

// Posts, and reads the answer to its end. Fills in everything of `result` but `duration` and
// `reused_connection`. Returns whether the connection can carry another request.
//
// Header fields leave sorted by name (cpp-httplib keeps them so); those of one name keep their
// order. Host, Content-Length and Transfer-Encoding of the caller's are left out in favour of the
// right ones, and a line break in a value becomes a space. Never throws.
bool exchange(DeadlineSocket& connection, const Url& url, const AttemptRequest& attempt,
              AttemptResult& result);

}  // namespace roomle_sim
