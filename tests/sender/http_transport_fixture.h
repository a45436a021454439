// What the tests of HttpTransport share.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sender/http_transport.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {

using namespace std::chrono_literals;

// Sanitizers slow everything down.
#ifdef ROOMLE_SIM_SANITIZED
inline constexpr int kSlowness = 8;
#else
inline constexpr int kSlowness = 1;
#endif

inline std::unique_ptr<HttpTransport> make_transport(const HttpTransportOptions& options = {}) {
  auto transport = HttpTransport::create(options);
  EXPECT_TRUE(transport.ok()) << (transport.ok() ? "" : transport.error().message);
  return std::move(transport).value();
}

inline AttemptRequest to_url(const std::string& url, Duration timeout = 20s) {
  AttemptRequest request;
  request.pool_key = "42";
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "test"}};
  request.body = R"({"event":"test"})";
  request.timeout = timeout;
  return request;
}

// The word of the failure, or "none".
inline std::string reason(const AttemptResult& result) {
  return result.error ? std::string(failure_word(*result.error)) : "none";
}

// Answers each request on a connection with those bytes.
inline RawServer::Handler answer_with(std::string response) {
  return [response = std::move(response)](RawConnection& connection) {
    while (!connection.read_request().empty()) connection.send(response);
  };
}

// Answers one request with those bytes, then closes.
inline RawServer::Handler answer_once(std::string response) {
  return [response = std::move(response)](RawConnection& connection) {
    connection.read_request();
    connection.send(response);
  };
}

// One post to a peer that answers so and closes.
inline AttemptResult post_once(std::string response) {
  const RawServer server(answer_once(std::move(response)));
  return make_transport()->post(to_url(server.url()));
}

inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace roomle_sim
