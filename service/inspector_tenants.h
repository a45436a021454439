// The inspector's routes for tenants: list, one, pause, resume.
#pragma once

#include "sender/dispatcher.h"
#include "service/router.h"
#include "service/tenant_directory.h"

namespace roomle_sim {

// Threads: its routes are called from many at once. Lifetime: what it is given outlives it, and it
// outlives the server.
class InspectorTenants {
 public:
  InspectorTenants(TenantDirectory& tenants, Dispatcher& dispatcher)
      : tenants_(tenants), dispatcher_(dispatcher) {}

  void add_routes(Router& router);

 private:
  ApiResponse list() const;
  ApiResponse show(const ApiRequest& request) const;
  ApiResponse set_paused(const ApiRequest& request, bool paused);

  TenantDirectory& tenants_;
  Dispatcher& dispatcher_;
};

}  // namespace roomle_sim
