// The bytes that a response plan puts on the wire. Pure.
#pragma once

#include <string>
#include <string_view>

#include "endpoint/response_plan.h"

namespace roomle_sim {

// What the form of a response depends on.
struct ResponseContext {
  bool head_request = false;  // HEAD: the head alone
  bool http10 = false;        // no chunks
  bool keep_alive = true;     // the client would like to use the connection again
};

struct ResponseBytes {
  std::string head;
  std::string body;        // what follows the head
  bool endless = false;    // it is repeated for ever
  bool keep_alive = true;  // whether the connection can be used again after it
};

// RFC 9110's words for a status; empty where it has none.
std::string_view reason_phrase(int status);

// Of a plan that answers something: not for resets before a response, say, or a blackhole.
ResponseBytes response_bytes(const ResponsePlan& plan, const ResponseContext& context);

}  // namespace roomle_sim
