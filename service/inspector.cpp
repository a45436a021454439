#include "service/inspector.h"

#include "service/inspector_deliveries.h"
#include "service/inspector_mails.h"
#include "service/inspector_problem.h"
#include "service/inspector_resend.h"
#include "service/inspector_stream.h"
#include "service/inspector_tenants.h"
#include "service/openapi.h"

namespace roomle_sim {

class Inspector::Impl {
 public:
  explicit Impl(const InspectorParts& parts)
      : parts_(parts),
        idempotency_(parts.clock),
        deliveries_(parts, idempotency_),
        resend_(parts, idempotency_),
        mails_(parts.mails),
        tenants_(parts.tenants, parts.dispatcher),
        stream_(parts.feed, parts.tenants) {}

  void add_routes(Router& router) {
    deliveries_.add_routes(router);
    resend_.add_routes(router);
    mails_.add_routes(router);
    tenants_.add_routes(router);
    const auto add = [&](const char* pattern, Handler handler) {
      router.add(Audience::inspector, "GET", pattern, std::move(handler));
    };
    add("/sim/v1/stream", [this](const ApiRequest& request) { return stream_.respond(request); });
    add("/sim/v1/openapi.json", [](const ApiRequest&) {
      ApiResponse response;
      response.body = openapi_text();
      return response;
    });
    add("/sim/v1/status", [this](const ApiRequest&) { return status(); });
    add("/metrics", [this](const ApiRequest&) {
      ApiResponse response;
      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
      response.body = parts_.metrics.text();
      return response;
    });
    add("/healthz", [](const ApiRequest&) { return json_response(200, {{"status", "ok"}}); });
    add("/readyz", [this](const ApiRequest&) { return readiness(); });
  }

 private:
  [[nodiscard]] bool failed() const { return parts_.dispatcher.failure() || parts_.feed.failure(); }

  [[nodiscard]] ApiResponse readiness() const {
    if (failed()) {
      return problem_response({503,
                               "unavailable",
                               "the journal has failed: nothing is accepted or sent any more",
                               {},
                               {}});
    }
    if (!parts_.ready) {
      return problem_response({503,
                               "not_ready",
                               "open deliveries of earlier runs are being taken up",
                               {},
                               {{"Retry-After", "1"}}});
    }
    return json_response(200, {{"status", "ready"}});
  }

  ApiResponse status() {
    const auto counts = parts_.history.counts();
    if (!counts) return problem_response(journal_problem(counts.error()));
    const bool failed = this->failed();
    return json_response(200, {{"version", ROOMLE_SIM_VERSION},
                               {"ready", parts_.ready && !failed},
                               {"failed", failed},
                               {"open", counts->open},
                               {"delivered", counts->delivered},
                               {"mailed", counts->mailed},
                               {"mailFailed", counts->mail_failed},
                               {"pausedTenants", parts_.dispatcher.paused()}});
  }

  InspectorParts parts_;
  Idempotency idempotency_;
  InspectorDeliveries deliveries_;
  InspectorResend resend_;
  InspectorMails mails_;
  InspectorTenants tenants_;
  InspectorStream stream_;
};

Inspector::Inspector(InspectorParts parts) : impl_(std::make_unique<Impl>(parts)) {}

Inspector::~Inspector() = default;

void Inspector::add_routes(Router& router) {
  impl_->add_routes(router);
}

}  // namespace roomle_sim
