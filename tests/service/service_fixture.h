// The whole service, as `serve` starts it, with a tenant's endpoint on loopback.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "endpoint/server.h"
#include "service/service.h"
#include "tests/service/http_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim::test {

// Tenant 42 posts to the endpoint; nothing is ever posted for 43, whose mails go out at once.
class ServiceTest : public ::testing::Test {
 protected:
  static constexpr auto kLimit = std::chrono::seconds(30);  // only a hanging test gets there

  static TenantRegistry registry(const std::string& webhook) {
    TenantRegistry all;
    all.add(Credential{"acmeKey", Secret("a-Secr3t_Str1ng!")});
    Tenant acme;
    acme.id = 42;
    acme.name = "acme";
    acme.webhook = webhook;
    acme.api_key = "acmeKey";
    all.add(acme);
    Tenant silent;
    silent.id = 43;
    silent.name = "silent";
    all.add(silent);
    return all;
  }
  TenantRegistry registry() const { return registry(endpoint_->url()); }

  [[nodiscard]] std::string data() const { return folder_.path() + "/data"; }
  [[nodiscard]] ServiceOptions options() const {
    ServiceOptions options;
    options.data_folder = data();
    return options;
  }
  std::unique_ptr<Service> start(ServiceOptions options) const {
    return start(registry(), std::move(options));
  }
  static std::unique_ptr<Service> start(TenantRegistry tenants, ServiceOptions options) {
    auto service = Service::start(std::move(tenants), std::move(options));
    if (!service) throw std::runtime_error(service.error().message);
    return std::move(*service);
  }

  static std::string call(const Service& service, const std::string& request) {
    RawClient client(service.port());
    client.send(request);
    return client.read_response();
  }
  static nlohmann::ordered_json get(const Service& service, const std::string& target) {
    const std::string answer = call(service, request_text("GET", target));
    EXPECT_EQ(status_of(answer), 200) << answer;
    return json_from(body_of(answer));
  }
  // A draft is saved, as a configurator does it.
  static std::string share(const Service& service, const std::string& tenant = "42") {
    return call(service, request_text("POST", "/v2/configurations/cat:item:25/shares",
                                      {{"currentTenant", tenant},
                                       {"Origin", "http://shop.example"},
                                       {"Content-Type", "application/x-www-form-urlencoded"}},
                                      "type=3&email=customer%40example.com"));
  }
  static void pause(const Service& service) {
    const auto answer = call(service, request_text("POST", "/sim/v1/tenants/42/pause"));
    ASSERT_EQ(status_of(answer), 200) << answer;
  }
  [[nodiscard]] bool posted(std::uint64_t count) const {
    return endpoint_->wait_for(count, std::chrono::steady_clock::now() + kLimit);
  }
  // Asks until it is so.
  template <class Condition>
  static bool becomes(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  static bool becomes_idle(const Service& service) {
    return becomes([&] { return service.open_deliveries() == 0; });
  }

  TemporaryFolder folder_;
  std::unique_ptr<EndpointServer> endpoint_ = EndpointServer::start({}).value();
};

}  // namespace roomle_sim::test
