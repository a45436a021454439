// The body of POST /sim/v1/events. Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "sender/event.h"
#include "service/http_message.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct WantedEvent {
  const Tenant* tenant = nullptr;  // of the registry
  Event event;
};

// {"event", "tenant", "data", "message"}: the event's name; the tenant's id or name (may be left
// out where there is one alone); members of `data` laid over the catalogue's example
// (make_event()); the customer's words for the mail. Texts have the bounds of the vendor's routes
// (service/rapi_form.h). Problems: 400, no JSON object; 404, no such tenant; 422, everything else.
Result<WantedEvent, ApiProblem> read_wanted_event(const std::string& body,
                                                  const TenantRegistry& registry);

}  // namespace roomle_sim
