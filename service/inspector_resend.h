// The inspector's routes that send again: one delivery, or all that match.
#pragma once

#include <string>

#include "service/idempotency.h"
#include "service/inspector.h"
#include "service/inspector_query.h"

namespace roomle_sim {

// An open delivery that waits for its retry is tried now; one that has ended stays as it is, and a
// new delivery with the same event, for the same tenant, is accepted.
//
// Threads: its routes are called from many at once. Lifetime: what it is given outlives it, and it
// outlives the server.
class InspectorResend {
 public:
  InspectorResend(const InspectorParts& parts, Idempotency& idempotency)
      : parts_(parts), idempotency_(idempotency) {}

  void add_routes(Router& router);

 private:
  ApiResponse resend(const ApiRequest& request);
  ApiResponse resend_open(const std::string& id);
  ApiResponse resend_matching(const ApiRequest& request);
  ApiResponse list_matching(const DeliveryQuery& query);
  ApiResponse send_matching(DeliveryQuery query);
  // The new delivery's id.
  Result<std::string, ApiProblem> send_again(const DeliveryStory& story);

  InspectorParts parts_;
  Idempotency& idempotency_;
};

}  // namespace roomle_sim
