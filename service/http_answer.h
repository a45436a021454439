// An answer as it goes over the wire.
#pragma once

#include <atomic>
#include <string>

#include "base/time.h"
#include "endpoint/connection.h"
#include "service/http_message.h"

namespace roomle_sim {

struct AnswerContext {
  bool head_request = false;  // HEAD: the head alone
  bool http10 = false;        // no chunks
  bool keep_alive = true;     // the client would like to use the connection again
  TimePoint now;              // for Date
};

// The head, up to and with its empty line. Pure.
std::string answer_head(const ApiResponse& response, const AnswerContext& context);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(TimePoint when);

// Writes the whole of it. Whether the connection may be used again. An exception of a stream ends
// the connection in the middle of the answer, so that nobody takes it for a whole one.
bool write_answer(const ApiResponse& response, const AnswerContext& context,
                  const std::atomic<bool>& stopping, Connection& connection);

}  // namespace roomle_sim
