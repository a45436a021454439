// The inspector's routes that send, list and show.
#pragma once

#include "service/idempotency.h"
#include "service/inspector.h"

namespace roomle_sim {

// Threads: its routes are called from many at once. Lifetime: what it is given outlives it, and it
// outlives the server.
class InspectorDeliveries {
 public:
  InspectorDeliveries(const InspectorParts& parts, Idempotency& idempotency)
      : parts_(parts), idempotency_(idempotency) {}

  void add_routes(Router& router);

 private:
  ApiResponse send(const ApiRequest& request);
  ApiResponse list(const ApiRequest& request);
  ApiResponse show(const ApiRequest& request);

  InspectorParts parts_;
  Idempotency& idempotency_;
};

}  // namespace roomle_sim
