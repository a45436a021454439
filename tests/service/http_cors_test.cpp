// Who may call what: pages of any origin the vendor's routes, nobody's page ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/http_fixture.h"

namespace roomle_sim::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnyOrigin = "\r\nAccess-Control-Allow-Origin: *\r\n";

const std::pair<std::string, std::string> kPage{"Origin", "https://shop.example"};
const std::pair<std::string, std::string> kRebound{"Host", "shop.example"};

std::unique_ptr<HttpServer> guarded_server() {
  HttpServerOptions options;
  options.access_token = Secret(kAccessToken);
  options.limits.body = 1000;
  return start_server(echo_router(), std::move(options));
}

TEST(HttpCors, APreflightOfTheVendorsClientIsAnswered) {
  const auto server = guarded_server();
  const std::string asked =
      "apikey,configurator,currenttenant,device,language,locale,platform,token";
  const std::string answer =
      ask(*server, request_text("OPTIONS", "/v2/configurations/a:b/shares",
                                {kPage,
                                 kRebound,
                                 {"Access-Control-Request-Method", "POST"},
                                 {"Access-Control-Request-Headers", asked},
                                 {"Access-Control-Request-Private-Network", "true"}}));
  EXPECT_EQ(status_of(answer), 204);
  EXPECT_THAT(answer, HasSubstr(kAnyOrigin));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Methods: OPTIONS, POST\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Headers: " + asked + "\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Max-Age: "));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Private-Network: true\r\n"));
}

TEST(HttpCors, WhatIsNotAskedForIsNotAllowed) {
  const auto server = guarded_server();
  const std::string answer = ask(*server, request_text("OPTIONS", "/v2/tenants/42", {kPage}));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Methods: GET, HEAD, OPTIONS, PUT\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Access-Control-Allow-Headers")));
  EXPECT_THAT(answer, Not(HasSubstr("Private-Network")));
}

TEST(HttpCors, EveryAnswerOfTheVendorsRoutesMayBeReadByAnyPage) {
  const auto server = guarded_server();
  const std::vector<std::pair<std::string, int>> requests{
      {request_text("GET", "/v2/tenants/42", {kPage, kRebound}), 200},
      {request_text("GET", "/v2/nothing", {kPage}), 404},
      {request_text("GET", "/api/v2/nothing", {kPage}), 404},
      {request_text("OPTIONS", "/v2/nothing", {kPage}), 404},
      {request_text("DELETE", "/v2/tenants/42", {kPage}), 405},
      {request_text("BREW", "/v2/tenants/42", {kPage}), 405},
      {request_text("GET", "/v2/tenants/%", {kPage}), 400},
      {request_text("PUT", "/v2/tenants/42", {kPage}, std::string(1001, 'x')), 413},
      {request_text("GET", "/v2/tenants/42", {kPage, {"X", std::string(70'000, 'x')}}), 431},
  };
  for (const auto& [request, status] : requests) {
    const std::string answer = ask(*server, request);
    EXPECT_EQ(status_of(answer), status) << request.substr(0, 100);
    EXPECT_THAT(answer, HasSubstr(kAnyOrigin)) << request.substr(0, 100);
    EXPECT_THAT(
        answer,
        HasSubstr("\r\nAccess-Control-Expose-Headers: Retry-After, Idempotency-Replayed\r\n"));
  }
}

TEST(HttpCors, AHandlersRefusalMayBeReadTooWithItsRetryAfter) {
  Router router;
  router.add(Audience::vendor, "POST", "/v2/full", [](const ApiRequest&) {
    return problem_response({429, "too_many", "later", {}, {{"Retry-After", "3"}}});
  });
  const auto server = start_server(std::move(router));
  const std::string answer = ask(*server, request_text("POST", "/v2/full", {kPage}));
  EXPECT_EQ(status_of(answer), 429);
  EXPECT_THAT(answer, HasSubstr(kAnyOrigin));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 3\r\n"));
}

TEST(HttpCors, NoPageMayCallTheInspectorNorReadWhatItIsTold) {
  const auto server = start_server();
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/sim/v1/things", "/unknown", "/"}) {
    for (const char* method : {"GET", "POST", "OPTIONS", "DELETE"}) {
      for (const auto& header :
           {kPage, kRebound, std::pair<std::string, std::string>("Origin", "null"),
            std::pair<std::string, std::string>("Sec-Fetch-Site", "cross-site")}) {
        // A probe may be called by any name.
        const bool probe = std::string(method) == "GET" && std::string(path).ends_with("z");
        if (probe && header == kRebound) continue;
        const std::string answer = ask(*server, request_text(method, path, {header}));
        EXPECT_EQ(status_of(answer), 403) << method << path << header.first;
        EXPECT_THAT(answer, Not(HasSubstr("Access-Control")));
        EXPECT_THAT(answer, HasSubstr("\r\nCross-Origin-Resource-Policy: same-origin\r\n"));
      }
    }
  }
}

TEST(HttpCors, TheInspectorAsksForTheAccessTokenButProbesNeedNone) {
  const auto server = guarded_server();
  const std::pair<std::string, std::string> token{"Authorization",
                                                  std::string("Bearer ") + kAccessToken};
  for (const char* path : {"/sim/v1/things", "/metrics", "/unknown"}) {
    const std::string answer = ask(*server, request_text("GET", path));
    EXPECT_EQ(status_of(answer), 401) << path;
    EXPECT_THAT(answer, HasSubstr("\r\nWWW-Authenticate: Bearer"));
    EXPECT_THAT(answer, Not(HasSubstr(kAccessToken)));
  }
  EXPECT_EQ(status_of(ask(*server, request_text("GET", "/sim/v1/things", {token}))), 200);
  EXPECT_EQ(status_of(ask(*server, request_text("GET", "/unknown", {token}))), 404);
  EXPECT_EQ(status_of(ask(*server, request_text("GET", "/sim/v1/things", {token, kRebound}))), 200);
  EXPECT_EQ(status_of(ask(*server, request_text("GET", "/healthz"))), 200);
  EXPECT_EQ(status_of(ask(*server, request_text("GET", "/healthz", {kRebound}))), 200);
}

TEST(HttpCors, AVendorsRouteIsToldWhetherTheCallerWouldPassTheGuard) {
  const auto server = guarded_server();
  const std::pair<std::string, std::string> token{"Authorization",
                                                  std::string("Bearer ") + kAccessToken};
  const auto trusted = [&](const HeaderLines& headers) {
    return json_of(ask(*server, request_text("GET", "/v2/tenants/42", headers)))
        .at("trusted")
        .get<bool>();
  };
  EXPECT_TRUE(trusted({token}));
  EXPECT_FALSE(trusted({}));
  EXPECT_FALSE(trusted({token, kPage}));
  EXPECT_FALSE(trusted({kRebound}));
  EXPECT_TRUE(trusted({token, kRebound})) << "no page knows the token, whatever its name";
}

TEST(HttpCors, OneHostMustBeThere) {
  const auto server = start_server();
  for (const char* hosts : {"", "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n"}) {
    for (const char* path : {"/healthz", "/v2/tenants/42"}) {
      EXPECT_EQ(
          status_of(ask(*server, "GET " + std::string(path) + " HTTP/1.1\r\n" + hosts + "\r\n")),
          400);
    }
  }
}

}  // namespace
}  // namespace roomle_sim::test
