#include "service/rapi.h"

#include <array>
#include <atomic>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "sender/share_url.h"
#include "service/idempotency.h"
#include "service/rapi_event.h"
#include "service/rapi_field.h"
#include "service/rapi_form.h"
#include "service/rapi_tenant.h"
#include "service/rapi_token.h"
#include "service/submit_problem.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kAuthWords{"off", "log", "strict"};

// ASSUMPTION: where an export's file would stand is not documented. The host is that of the assets
// on the page "Configuration"; the catalogue's example stands there too.
constexpr std::string_view kResultUrlBase = "https://uploads.roomle.com/exports/";

// What the vendor's published client sends as currentTenant unless it is told another.
constexpr std::string_view kSdkTenant = "9";

struct Kind {
  std::string_view segment;
  Shared shared;
};
constexpr std::array<Kind, 3> kKinds{{{"configurations", Shared::configuration},
                                      {"planSnapshots", Shared::plan_snapshot},
                                      {"items", Shared::item}}};

std::string header_text(const ApiRequest& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string() : *value;
}

ApiProblem no_tenant(std::string_view text, std::string where) {
  constexpr std::size_t kMostShown = 64;
  return {404,
          "unknown_tenant",
          fmt::format("the tenants file has no tenant '{}'{}", text.substr(0, kMostShown),
                      text == kSdkTenant ? " (the vendor's client sends this one as long as its "
                                           "overrideTenant is not set)"
                                         : ""),
          std::move(where),
          {}};
}

// Of any origin may be who asks: where the journal lies, and what is wrong with it, is not for him.
ApiProblem vendor_problem(const Error& error) {
  ApiProblem problem = submit_problem(error);
  if (problem.status == 503) {
    problem.message = "nothing can be accepted at the moment; roomle-sim says why where it runs";
  }
  return problem;
}

}  // namespace

std::string_view api_auth_word(ApiAuth auth) {
  return kAuthWords.at(static_cast<std::size_t>(auth));
}

std::optional<ApiAuth> api_auth_from_word(std::string_view word) {
  for (std::size_t i = 0; i < kAuthWords.size(); ++i) {
    if (kAuthWords.at(i) == word) return static_cast<ApiAuth>(i);
  }
  return std::nullopt;
}

class Rapi::Impl {
 public:
  Impl(TenantDirectory& tenants, Dispatcher& dispatcher, const SystemClock& clock,
       RapiOptions options)
      : tenants_(tenants),
        dispatcher_(dispatcher),
        clock_(clock),
        options_(std::move(options)),
        idempotency_(clock) {}

  void add_routes(Router& router) {
    for (const std::string base : {"/v2", "/api/v2"}) {
      for (const Kind& kind : kKinds) {
        const std::string path = fmt::format("{}/{}/{{id}}", base, kind.segment);
        add_sending(router, path + "/shares", [this, kind](const ApiRequest& request) {
          return share(request, kind.shared);
        });
        add_sending(router, path + "/3d-exports", [this, kind](const ApiRequest& request) {
          return start_export(request, kind.shared);
        });
      }
      add(router, "GET", base + "/tenants/{id}",
          [this](const ApiRequest& request) { return show_tenant(request); });
      add(router, "PUT", base + "/tenants/{id}",
          [this](const ApiRequest& request) { return change_tenant(request); });
    }
  }

 private:
  using Registry = std::shared_ptr<const TenantRegistry>;

  void add(Router& router, std::string method, std::string pattern, Handler handler) {
    router.add(Audience::vendor, std::move(method), std::move(pattern),
               [this, handler = std::move(handler)](const ApiRequest& request) {
                 const auto refused = authenticate(request);
                 return refused ? problem_response(*refused) : handler(request);
               });
  }

  // A key is its tenant's and its route's, so that nobody is answered what another was.
  void add_sending(Router& router, std::string pattern, Handler handler) {
    add(router, "POST", std::move(pattern),
        [this, handler = std::move(handler)](const ApiRequest& request) {
          return idempotency_.run(
              request, [&] { return handler(request); },
              request.route + ' ' + header_text(request, "currentTenant"));
        });
  }

  std::optional<ApiProblem> authenticate(const ApiRequest& request) const {
    if (options_.auth == ApiAuth::off) return std::nullopt;
    const TokenCheck check = check_token(request, *tenants_.current());
    if (check.problem.empty()) return std::nullopt;
    if (options_.auth == ApiAuth::strict) {
      return ApiProblem{401, "bad_token", check.problem, check.where, {}};
    }
    if (options_.log) {
      options_.log(fmt::format("{} {}: {} (--api-auth log: the request goes on)", request.method,
                               request.route, check.problem));
    }
    return std::nullopt;
  }

  [[nodiscard]] TokenCheck check_token(const ApiRequest& request,
                                       const TenantRegistry& registry) const {
    return check_request_token(request, registry, clock_.now(), options_.token_tolerance);
  }

  // Whose event it is: the header `currentTenant`, as the vendor's client sends it.
  static Result<const Tenant*, ApiProblem> current_tenant(const ApiRequest& request,
                                                          const TenantRegistry& registry) {
    const std::string text = header_text(request, "currentTenant");
    const std::string where = "header 'currentTenant'";
    if (text.empty()) {
      if (registry.tenants().size() == 1) return &registry.tenants().front();
      return ApiProblem{400,
                        "missing",
                        "the request has no header 'currentTenant', and the tenants file has more "
                        "than one tenant",
                        where,
                        {}};
    }
    const Tenant* tenant = registry.find_by_text(text);
    if (tenant == nullptr) return no_tenant(text, where);
    return tenant;
  }

  ApiResponse share(const ApiRequest& request, Shared shared) {
    const Registry registry = tenants_.current();
    const auto tenant = current_tenant(request, *registry);
    if (!tenant) return problem_response(tenant.error());
    const auto thing = read_thing(request, shared);
    if (!thing) return problem_response(thing.error());
    const auto form = read_share_form(request, shared);
    if (!form) return problem_response(form.error());
    return submit(registry, **tenant, share_event(*form, *thing, share_base()), std::nullopt);
  }

  ApiResponse start_export(const ApiRequest& request, Shared shared) {
    const Registry registry = tenants_.current();
    const auto tenant = current_tenant(request, *registry);
    if (!tenant) return problem_response(tenant.error());
    const auto thing = read_thing(request, shared);
    if (!thing) return problem_response(thing.error());
    const auto form = read_export_form(request);
    if (!form) return problem_response(form.error());
    return submit(registry, **tenant,
                  export_event(*form, *thing, share_base(), result_base(), export_succeeds()),
                  clock_.now() + options_.export_time);
  }

  static Result<SharedThing, ApiProblem> read_thing(const ApiRequest& request, Shared shared) {
    SharedThing thing{shared, request.value("id"), header_text(request, "configurator"), {}};
    if (auto problem = check_text(thing.id, kMostId, "the id in the path")) return *problem;
    // What is no language tag is left out: it chooses the mail's wording, and no more.
    const std::string language = header_text(request, "language");
    if (is_language_tag(language)) thing.language = language;
    if (thing.configurator_id.empty()) return thing;
    if (auto problem = check_text(thing.configurator_id, kMostId, "header 'configurator'")) {
      return *problem;
    }
    return thing;
  }

  ApiResponse submit(const Registry& registry, const Tenant& tenant, const Result<Event>& event,
                     std::optional<TimePoint> not_before) {
    if (!event) return problem_response({422, "bad_value", event.error().message, {}, {}});
    const auto delivery = dispatcher_.submit(registry, tenant.id, *event, not_before);
    if (!delivery) return problem_response(vendor_problem(delivery.error()));
    // The vendor's client takes any object; the id is for people, and for the inspector.
    return json_response(200, {{"id", *delivery},
                               {"delivery", *delivery},
                               {"event", event->type},
                               {"tenant", tenant.id}});
  }

  bool export_succeeds() {
    Random random = Random(options_.seed).split(exports_++);
    return random.uniform() >= options_.export_failures;
  }

  [[nodiscard]] std::string_view share_base() const {
    return options_.share_url_base.empty() ? kShareUrlBase : options_.share_url_base;
  }
  [[nodiscard]] std::string_view result_base() const {
    return options_.result_url_base.empty() ? kResultUrlBase : options_.result_url_base;
  }

  // The tenant in the path; "me" is that of the header.
  static Result<const Tenant*, ApiProblem> tenant_in_path(const ApiRequest& request,
                                                          const TenantRegistry& registry) {
    const std::string& text = request.value("id");
    if (text == "me") return current_tenant(request, registry);
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool number = error == std::errc() && end == text.data() + text.size();
    const Tenant* tenant = number ? registry.find(id) : nullptr;
    if (tenant == nullptr) return no_tenant(text, "the id in the path");
    return tenant;
  }

  // "Tenant management rights" are those of who may use the inspector: the guard knows. No token
  // gives them: the one of every POST is made with the tenant's secret, never ends, and stands in
  // whatever log an endpoint keeps.
  ApiResponse show_tenant(const ApiRequest& request) const {
    const Registry registry = tenants_.current();
    const auto tenant = tenant_in_path(request, *registry);
    if (!tenant) return problem_response(tenant.error());
    ordered_json answer;
    answer["tenant"] = tenant_members(**tenant, request.trusted);
    // The vendor's client takes what the last member holds: of "me" it wants the id, of an id the
    // tenant.
    if (request.value("id") == "me") answer["id"] = (*tenant)->id;
    return json_response(200, answer);
  }

  ApiResponse change_tenant(const ApiRequest& request) {
    const Registry registry = tenants_.current();
    const auto tenant = tenant_in_path(request, *registry);
    if (!tenant) return problem_response(tenant.error());
    if (!request.trusted) {
      return problem_response(
          {403,
           "no_management_rights",
           "a tenant is changed from this machine itself, not from a page of another origin, and "
           "with the access token where the service has one",
           {},
           {}});
    }
    const auto change = read_tenant_change(request.body, **tenant);
    if (!change) return problem_response(change.error());
    // The webhook was looked at before: what is refused here is the apiKey.
    if (const auto error = tenants_.change((*tenant)->id, *change)) {
      return problem_response({422, "bad_value", error->message, "member 'apiKey'", {}});
    }
    const Registry now = tenants_.current();
    ordered_json answer;
    answer["tenant"] = tenant_members(*now->find((*tenant)->id), true);
    return json_response(200, answer);
  }

  TenantDirectory& tenants_;
  Dispatcher& dispatcher_;
  const SystemClock& clock_;
  const RapiOptions options_;
  Idempotency idempotency_;
  std::atomic<std::uint64_t> exports_ = 0;
};

Rapi::Rapi(TenantDirectory& tenants, Dispatcher& dispatcher, const SystemClock& clock,
           RapiOptions options)
    : impl_(std::make_unique<Impl>(tenants, dispatcher, clock, std::move(options))) {}

Rapi::~Rapi() = default;

void Rapi::add_routes(Router& router) {
  impl_->add_routes(router);
}

}  // namespace roomle_sim
