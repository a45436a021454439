// A running endpoint, and requests to it, for the tests of the server.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "endpoint/server.h"
#include "sender/http_transport.h"
#include "sender/token.h"
#include "tests/support/raw_client.h"

namespace roomle_sim::test {

inline constexpr const char* kSecret = "a-Secr3t_Str1ng!";
inline constexpr const char* kApiKey = "aValidApiKey";

// The vendor's example of an event.
inline constexpr const char* kBody =
    R"({"event":"email.savedConfiguration","data":{"success":true,"email":"targetEmail@gmail.com",)"
    R"("configurationId":"catalogId:itemId:2564B3","url":"https://test.roomle.com/t/cp/?id=1",)"
    R"("configuratorId":"myConfigurator"}})";

inline Behavior behavior_from(std::string text) {
  const auto behavior =
      parse_behavior(std::make_shared<SourceText>(SourceText{"b.json", std::move(text)}));
  if (!behavior) throw std::runtime_error(behavior.error().message);
  return *behavior;
}

inline Verification verification_of_tenant() {
  Verification verification;
  verification.keys.push_back({Secret(kSecret), kApiKey, TokenSettings{}, true, 42});
  return verification;
}

inline std::unique_ptr<EndpointServer> start_endpoint(EndpointOptions options) {
  auto server = EndpointServer::start(std::move(options));
  if (!server) throw std::runtime_error(server.error().message);
  return std::move(*server);
}

inline std::unique_ptr<EndpointServer> start_endpoint(std::string behavior = "{}") {
  EndpointOptions options;
  options.behavior = behavior_from(std::move(behavior));
  options.verification = verification_of_tenant();
  return start_endpoint(std::move(options));
}

// One that trusts the authority of the endpoint's certificates.
inline std::unique_ptr<HttpTransport> transport_to(const EndpointServer& server) {
  HttpTransportOptions trusting;
  trusting.ca_cert_pem = server.authority();
  auto transport = HttpTransport::create(trusting);
  if (!transport) throw std::runtime_error(transport.error().message);
  return std::move(*transport);
}

inline std::string token_of(TimePoint when, const std::string& api_key = kApiKey,
                            const std::string& secret = kSecret,
                            const TokenSettings& settings = {}) {
  const TokenContent content{format_timestamp(when), "anonymous", api_key};
  const auto token = encrypt_token(format_plaintext(content), Secret(secret), settings);
  if (!token) throw std::runtime_error(token.error().message);
  return *token;
}

inline std::string good_post() {
  return raw_post(kBody,
                  {{"Content-Type", "application/json"}, {"token", token_of(SystemClock().now())}});
}

inline std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

}  // namespace roomle_sim::test
