// GET /sim/v1/stream: what happens, as server-sent events
// (https://html.spec.whatwg.org/#server-sent-events).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.h"
#include "service/feed.h"
#include "service/http_message.h"
#include "service/tenant_directory.h"

namespace roomle_sim {

// Threads: respond() from any; each stream runs on its connection's thread.
class InspectorStream {
 public:
  InspectorStream(Feed& feed, TenantDirectory& tenants, std::size_t most_streams = 64,
                  Duration heartbeat = std::chrono::seconds(15));
  ~InspectorStream();
  // ?tenant=ID|NAME, header Last-Event-ID. 503 beyond `most_streams`.
  ApiResponse respond(const ApiRequest& request);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace roomle_sim
