// The server from outside: targets, methods, answers, errors, streams, and where it listens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "tests/service/http_fixture.h"

namespace roomle_sim::test {
namespace {

using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(HttpServer, DecodesPathAndQueryAfterTakingThemApart) {
  const auto server = start_server();
  const auto told =
      json_of(ask(*server, request_text("GET", "/sim/v1/things/a%2Fb%20c+d?x=1%262&y&x=a+b")));
  EXPECT_EQ(told.at("values").at("id"), "a/b c+d");
  EXPECT_EQ(told.at("route"), "/sim/v1/things/{id}");
  EXPECT_EQ(json_text(told.at("query")), R"([["x","1&2"],["y",""],["x","a b"]])");
}

TEST(HttpServer, TakesTheVendorsIdsUnescaped) {
  const auto server = start_server();
  const std::string answer = ask(
      *server, request_text("POST", "/v2/configurations/catalogId:itemId:2564B3/shares", {}, "x"));
  EXPECT_EQ(json_of(answer).at("values").at("id"), "catalogId:itemId:2564B3");
}

TEST(HttpServer, AWrongTargetIs400) {
  const auto server = start_server();
  for (const char* target : {"/sim/v1/things/%", "/sim/v1/things/%4", "/sim/v1/things/%zz",
                             "/sim/v1/things?x=%g1", "/sim/v1/things/%00", "/sim/v1/things/a%0Ab",
                             "*", "http://127.0.0.1/healthz", "/v2/tenants/%"}) {
    const std::string answer = ask(*server, request_text("GET", target));
    EXPECT_EQ(status_of(answer), 400) << target;
    EXPECT_EQ(error_code(answer), "bad_target") << target;
  }
}

TEST(HttpServer, AnUnknownPathIs404AndAnotherMethod405WithAllow) {
  const auto server = start_server();
  EXPECT_EQ(error_code(ask(*server, request_text("GET", "/nothing"))), "not_found");
  for (const char* method : {"DELETE", "BREW", "TRACE"}) {
    const std::string answer = ask(*server, request_text(method, "/sim/v1/things"));
    EXPECT_EQ(error_code(answer), "method_not_allowed") << method;
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD, OPTIONS, POST\r\n"));
  }
}

TEST(HttpServer, AHeadIsTheGetsHead) {
  const auto server = start_server();
  RawClient client(server->port());
  client.send(request_text("HEAD", "/healthz") +
              request_text("GET", "/nothing", {{"Connection", "close"}}));
  const std::string answers = client.read_all();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers, ContainsRegex("Content-Length: [1-9]"));
  // The next answer follows at once on the head.
  EXPECT_THAT(answers.substr(answers.find("\r\n\r\n") + 4), StartsWith("HTTP/1.1 404 "));
}

TEST(HttpServer, AnAnswerHasDateLengthAndTypeAndTheConnectionIsKept) {
  const auto server = start_server();
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(request_text("POST", "/sim/v1/things", {}, "{}"));
    const std::string answer = client.read_response();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(answer,
                ContainsRegex("Date: [A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ 20[0-9]+ [0-9:]+ GMT"));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Connection: close")));
    EXPECT_EQ(json_of(answer).at("body"), "{}");
  }
}

TEST(HttpServer, EndsTheConnectionWhereTheClientWantsIt) {
  const auto server = start_server();
  for (const char* request :
       {"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: x, Close\r\n\r\n",
        "GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"}) {
    RawClient client(server->port());
    client.send(request);
    EXPECT_THAT(client.read_all(), HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(client.end(), StreamEnd::closed);
  }
}

TEST(HttpServer, HasAPhraseForEachStatusThatIsUsed) {
  for (const int status :
       {202, 204, 400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 431, 500, 501, 503}) {
    Router router;
    router.add(Audience::inspector, "GET", "/", [=](const ApiRequest&) {
      return json_response(status, nlohmann::ordered_json::object());
    });
    const auto server = start_server(std::move(router));
    const std::string answer = ask(*server, request_text("GET", "/"));
    EXPECT_THAT(answer, ContainsRegex("^HTTP/1.1 " + std::to_string(status) + " [A-Z]")) << status;
    EXPECT_EQ(body_of(answer), status == 204 ? "" : "{}\n");
  }
}

TEST(HttpServer, AHandlersBugIs500WithoutDetails) {
  Router router;
  router.add(Audience::inspector, "GET", "/", [](const ApiRequest&) -> ApiResponse {
    throw std::runtime_error("a detail with a-Secr3t_Str1ng!");
  });
  const auto server = start_server(std::move(router));
  RawClient client(server->port());
  for (int i = 0; i < 2; ++i) {  // the server lives on, and the connection too
    client.send(request_text("GET", "/"));
    const std::string answer = client.read_response();
    EXPECT_EQ(error_code(answer), "internal_error");
    EXPECT_THAT(answer, Not(HasSubstr("detail")));
  }
}

TEST(HttpServer, AHandlersHeaderCannotBeginAnother) {
  Router router;
  router.add(Audience::inspector, "GET", "/", [](const ApiRequest&) {
    ApiResponse response;
    response.headers = {{"X-Odd", "a\r\nX-Evil: b"}};
    return response;
  });
  const auto server = start_server(std::move(router));
  EXPECT_THAT(ask(*server, request_text("GET", "/")), HasSubstr("\r\nX-Odd: a  X-Evil: b\r\n"));
}

TEST(HttpServer, FormsOfBothKindsAreTakenApart) {
  const auto server = start_server();
  const std::string parts =
      "--x\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n2\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\nline\r\n--y\r\n--x--\r\n";
  const auto told = json_of(
      ask(*server, request_text("POST", "/sim/v1/things",
                                {{"Content-Type", "multipart/form-data; boundary=x"}}, parts)));
  EXPECT_EQ(json_text(told.at("form")),
            R"([["type","","","2"],["file","a.txt","text/plain","line\r\n--y"]])");
  const auto plain = json_of(ask(
      *server, request_text("POST", "/sim/v1/things",
                            {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                            "type=2&email=a%40b.example")));
  EXPECT_EQ(json_text(plain.at("form")), R"([["type","","","2"],["email","","","a@b.example"]])");
}

TEST(HttpServer, AFormThatIsNoneIs400) {
  const auto server = start_server();
  for (const char* type : {"multipart/form-data", "multipart/form-data; boundary=x"}) {
    EXPECT_EQ(status_of(ask(*server, request_text("POST", "/v2/configurations/1/shares",
                                                  {{"Content-Type", type}}, "no form"))),
              400)
        << type;
  }
}

TEST(HttpServer, TellsItsObserverOfEachAnswerInWordsThatAreBounded) {
  std::mutex mutex;
  std::vector<std::string> told;
  HttpServerOptions options;
  options.observer = [&](const std::string& method, const std::string& route, int status,
                         Duration) {
    const std::lock_guard lock(mutex);
    told.push_back(method + " " + route + " " + std::to_string(status));
  };
  auto server = start_server(echo_router(), std::move(options));
  ask(*server, request_text("GET", "/sim/v1/things/7"));
  ask(*server, request_text("BREW", "/sim/v1/things/7"));
  ask(*server, request_text("GET", "/nothing/at/all"));
  server->stop();
  EXPECT_THAT(
      told, testing::UnorderedElementsAre("GET /sim/v1/things/{id} 200", "other  405", "GET  404"));
}

TEST(HttpServer, RefusesToListenBeyondTheLoopbackWithoutAToken) {
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "sim.example"}) {
    HttpServerOptions options;
    options.host = host;
    const auto server = HttpServer::start(std::move(options), echo_router());
    ASSERT_FALSE(server.ok()) << host;
    EXPECT_EQ(server.error().code, ErrorCode::usage);
    EXPECT_THAT(server.error().message, HasSubstr("--access-token-file"));
    EXPECT_THAT(server.error().message, HasSubstr(host));
  }
}

TEST(HttpServer, ItsUrlCanBeCalledFromHere) {
  HttpServerOptions options;
  options.host = "0.0.0.0";
  options.access_token = Secret(kAccessToken);
  const auto server = start_server(echo_router(), std::move(options));
  EXPECT_EQ(server->url(), "http://127.0.0.1:" + std::to_string(server->port()));
  EXPECT_EQ(status_of(ask(*server, request_text("GET", "/healthz"))), 200);
}

// On a machine without IPv6 the same call must say so.
TEST(HttpServer, ItsUrlHasBracketsForIpv6) {
  for (const char* host : {"::", "::1"}) {
    HttpServerOptions options;
    options.host = host;
    options.access_token = Secret(kAccessToken);
    const auto server = HttpServer::start(std::move(options), echo_router());
    if (server.ok()) {
      EXPECT_EQ((*server)->url(), "http://[::1]:" + std::to_string((*server)->port()));
    } else {
      EXPECT_EQ(server.error().code, ErrorCode::unavailable);
    }
  }
}

TEST(HttpServer, ATakenPortIsAnError) {
  const auto server = start_server();
  HttpServerOptions options;
  options.port = server->port();
  const auto second = HttpServer::start(std::move(options), echo_router());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace roomle_sim::test
