// Our own API, under /sim/v1, with /healthz, /readyz and /metrics: to send, list, show, resend,
// read mails, pause tenants, and follow what happens. Described by service/openapi.json, which it
// serves as /sim/v1/openapi.json. docs/inspector.md.
#pragma once

#include <atomic>
#include <memory>

#include "base/time.h"
#include "fallback_mailer/maildir_reader.h"
#include "journal/history.h"
#include "sender/dispatcher.h"
#include "service/feed.h"
#include "service/metrics.h"
#include "service/router.h"
#include "service/tenant_directory.h"

namespace roomle_sim {

// All outlive the Inspector.
struct InspectorParts {
  TenantDirectory& tenants;
  Dispatcher& dispatcher;
  History& history;
  Feed& feed;
  Metrics& metrics;
  const MaildirReader* mails = nullptr;  // null: the mails go where they cannot be read back
  const SystemClock& clock;
  const std::atomic<bool>& ready;  // /readyz: false while what the journal holds is taken up
};

// Threads: its routes are called from many at once. It outlives the server.
class Inspector {
 public:
  explicit Inspector(InspectorParts parts);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  void add_routes(Router& router);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
