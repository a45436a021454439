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
  void serve(RawConnection& connection, int status);

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

  static TenantRegistry registry(const std::string& webhook);

  // Anew, with other options. What was open is not resumed.
  void start(RapiOptions options = {}, const DispatcherOptions& limits = {}) {
    start_with(registry(endpoint_.url()), std::move(options), limits);
  }
  void start_with(TenantRegistry tenants, RapiOptions options = {},
                  const DispatcherOptions& limits = {});

  // "/v2/configurations/a:b/shares"; an id with a slash is written "%2F".
  static ApiRequest request(const std::string& method, const std::string& path);
  static void set_header(ApiRequest& request, const std::string& name, const std::string& value) {
    std::erase_if(request.headers, [&](const auto& one) { return one.first == name; });
    if (!value.empty()) request.headers.emplace_back(name, value);
  }
  static void fill(ApiRequest& request, const Fields& fields);
  static ApiRequest share(const Fields& fields,
                          const std::string& path = "/v2/configurations/cat:item:25/shares") {
    ApiRequest one = request("POST", path);
    fill(one, fields);
    return one;
  }

  ApiResponse call(ApiRequest request);
  static nlohmann::ordered_json json_of(const ApiResponse& response);
  // "400 bad_value form field 'type': …"
  static std::string told(const ApiResponse& response);

  // The event that an answer of 200 is about, as it stands in the journal.
  Event event_of(const ApiResponse& response);

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
