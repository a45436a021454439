#include "tests/service/rapi_fixture.h"

#include "base/json_text.h"

namespace roomle_sim {

void KeepingEndpoint::serve(RawConnection& connection, int status) {
  while (true) {
    const std::string request = connection.read_request();
    if (request.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      bodies_.push_back(json_from(request.substr(request.find("\r\n\r\n"))));
    }
    changed_.notify_all();
    if (!connection.send(fmt::format("HTTP/1.1 {} X\r\nContent-Length: 0\r\n\r\n", status))) return;
  }
}

TenantRegistry RapiTest::registry(const std::string& webhook) {
  TenantRegistry tenants;
  for (const std::int64_t id : {42, 43, 44, 45}) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = fmt::format("tenant-{}", id);
    tenant.label = fmt::format("Tenant {}", id);
    tenant.default_language = "de";
    tenant.privacy_url = "https://tenant.example/privacy";
    tenant.webhook = webhook;
    tenant.active = id != 45;
    tenants.add(std::move(tenant));
  }
  const auto give = [&](std::int64_t id, const char* key, const char* secret) {
    Tenant tenant = *tenants.find(id);
    tenant.api_key = key;
    tenants.replace(std::move(tenant));
    tenants.add(Credential{key, Secret(secret)});
  };
  give(42, kApiKey, kSecret);
  give(43, "otherKey", kOtherSecret);
  tenants.add(Credential{"spareKey", Secret(kSecret)});
  return tenants;
}

void RapiTest::start_with(TenantRegistry tenants, RapiOptions options,
                          const DispatcherOptions& limits) {
  rapi_.reset();
  dispatcher_.reset();
  options.log = [this](const std::string& message) { logged_.push_back(message); };
  transport_ = HttpTransport::create({}).value();
  journal_ = SqliteJournal::open(":memory:").value();
  tenants_ = std::make_unique<TenantDirectory>(std::move(tenants));
  dispatcher_ = std::make_unique<Dispatcher>(*transport_, *journal_, mailbox_, clock_, limits);
  rapi_ = std::make_unique<Rapi>(*tenants_, *dispatcher_, clock_, std::move(options));
  router_ = Router();
  rapi_->add_routes(router_);
}

ApiRequest RapiTest::request(const std::string& method, const std::string& path) {
  ApiRequest request;
  request.method = method;
  request.path = path;
  request.headers = {{"apiKey", "roomle_portal_v2"},
                     {"currentTenant", "42"},
                     {"configurator", "myConfigurator"},
                     {"language", "de"},
                     {"locale", "de"},
                     {"device", "1"},
                     {"platform", "web"},
                     {"token", sdk_token()}};
  return request;
}

void RapiTest::fill(ApiRequest& request, const Fields& fields) {
  set_header(request, "Content-Type", "multipart/form-data; boundary=x");
  for (const auto& [name, value] : fields) request.form.push_back({name, "", "", value});
}

ApiResponse RapiTest::call(ApiRequest request) {
  std::vector<std::string> segments;
  for (std::size_t at = 0; at < request.path.size();) {
    const std::size_t end = std::min(request.path.find('/', at + 1), request.path.size());
    std::string segment = request.path.substr(at + 1, end - at - 1);
    for (std::size_t i = 0; (i = segment.find("%2F", i)) != std::string::npos;) {
      segment.replace(i, 3, "/");
    }
    segments.push_back(std::move(segment));
    at = end;
  }
  auto match = router_.match(request.method, segments);
  if (match.route == nullptr) {
    ApiResponse none;
    none.status = 404;
    return none;
  }
  EXPECT_EQ(match.audience, Audience::vendor);
  request.path_values = std::move(match.path_values);
  request.route = match.route->pattern;
  ApiResponse response = match.route->handler(request);
  EXPECT_THAT(test::OpenApiPromises::get().broken(request.method, request.path, response.status,
                                                  response.body),
              testing::IsEmpty());
  return response;
}

std::string RapiTest::told(const ApiResponse& response) {
  if (response.status < 300) return std::to_string(response.status);
  const auto error = json_of(response).at("error");
  EXPECT_EQ(error.at("status"), response.status);
  return fmt::format("{} {} {}: {}", response.status, error.at("code").get<std::string>(),
                     error.value("where", "-"), error.at("message").get<std::string>());
}

nlohmann::ordered_json RapiTest::json_of(const ApiResponse& response) {
  EXPECT_EQ(response.content_type, "application/json");
  return json_from(response.body);
}

Event RapiTest::event_of(const ApiResponse& response) {
  const auto story = journal_->find(json_of(response).at("id").get<std::string>()).value();
  if (story) return story->event->parse();
  ADD_FAILURE() << "not in the journal: " << response.body;
  return {};
}

}  // namespace roomle_sim
