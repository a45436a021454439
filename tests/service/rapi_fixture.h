// The vendor's routes as a client calls them, without HTTP in between: over a real dispatcher, a
// real journal and a real tenant endpoint on loopback.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fallback_mailer/memory_mailbox.h"
#include "journal/sqlite_journal.h"
#include "sender/dispatcher.h"
#include "sender/http_transport.h"
#include "sender/token.h"
#include "service/rapi.h"
#include "service/router.h"
#include "service/tenant_directory.h"
#include "tests/service/openapi_promise.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {

// A tenant's endpoint that keeps the bodies it was sent.
class KeepingEndpoint {
 public:
  explicit KeepingEndpoint(int status = 200)
      : server_([this, status](RawConnection& connection) { serve(connection, status); }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  // The `count` first bodies, as JSON; waits for them.
  std::vector<nlohmann::ordered_json> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return bodies_.size() >= count; });
    return bodies_;
  }

 private:
  void serve(RawConnection& connection, int status) {
    while (true) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      {
        const std::lock_guard lock(mutex_);
        bodies_.push_back(nlohmann::ordered_json::parse(request.substr(request.find("\r\n\r\n"))));
      }
      changed_.notify_all();
      if (!connection.send(fmt::format("HTTP/1.1 {} X\r\nContent-Length: 0\r\n\r\n", status)))
        return;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<nlohmann::ordered_json> bodies_;
  RawServer server_;  // last: its threads use the others
};

inline constexpr const char* kSecret = "a-Secr3t_Str1ng!";  // the vendor's published vector's
inline constexpr const char* kApiKey = "aValidApiKey";      // likewise
inline constexpr const char* kOtherSecret = "another-Secr3t!!";

// "01-…" or "02-…", as a client with that secret makes one.
inline std::string encrypted_token(const std::string& plaintext, const std::string& secret,
                                   TokenAlgorithm algorithm) {
  TokenSettings settings;
  settings.algorithm = algorithm;
  return encrypt_token(plaintext, Secret(secret), settings).value();
}
inline std::string sdk_token(const std::string& api_key = "roomle_portal_v2") {
  return encrypted_token("2026-01-02T03:04:05.678Z;anonymous;" + api_key, "",
                         TokenAlgorithm::plain);
}

// Tenant 42 has the apiKey above, 43 another, 44 none, and 45 is inactive.
class RapiTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  void SetUp() override { start(); }

  static TenantRegistry registry(const std::string& webhook) {
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

  // Anew, with other options. What was open is not resumed.
  void start(RapiOptions options = {}, const DispatcherOptions& limits = {}) {
    start_with(registry(endpoint_.url()), std::move(options), limits);
  }
  void start_with(TenantRegistry tenants, RapiOptions options = {},
                  const DispatcherOptions& limits = {}) {
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

  // "/v2/configurations/a:b/shares"; an id with a slash is written "%2F".
  static ApiRequest request(const std::string& method, const std::string& path) {
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
  static void set_header(ApiRequest& request, const std::string& name, const std::string& value) {
    std::erase_if(request.headers, [&](const auto& one) { return one.first == name; });
    if (!value.empty()) request.headers.emplace_back(name, value);
  }
  static void fill(ApiRequest& request, const Fields& fields) {
    set_header(request, "Content-Type", "multipart/form-data; boundary=x");
    for (const auto& [name, value] : fields) request.form.push_back({name, "", "", value});
  }
  static ApiRequest share(const Fields& fields,
                          const std::string& path = "/v2/configurations/cat:item:25/shares") {
    ApiRequest one = request("POST", path);
    fill(one, fields);
    return one;
  }

  ApiResponse call(ApiRequest request) {
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
  static nlohmann::ordered_json json_of(const ApiResponse& response) {
    EXPECT_EQ(response.content_type, "application/json");
    return nlohmann::ordered_json::parse(response.body);
  }
  // "400 bad_value form field 'type': …"
  static std::string told(const ApiResponse& response) {
    if (response.status < 300) return std::to_string(response.status);
    const auto error = json_of(response).at("error");
    EXPECT_EQ(error.at("status"), response.status);
    return fmt::format("{} {} {}: {}", response.status, error.at("code").get<std::string>(),
                       error.value("where", "-"), error.at("message").get<std::string>());
  }

  // The event that an answer of 200 is about, as it stands in the journal.
  Event event_of(const ApiResponse& response) {
    const auto story = journal_->find(json_of(response).at("id").get<std::string>()).value();
    if (story) return story->event->parse();
    ADD_FAILURE() << "not in the journal: " << response.body;
    return {};
  }

  KeepingEndpoint endpoint_;
  MemoryMailbox mailbox_;
  SystemClock clock_;
  std::vector<std::string> logged_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<SqliteJournal> journal_;
  std::unique_ptr<TenantDirectory> tenants_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Rapi> rapi_;
  Router router_;
};

}  // namespace roomle_sim
