// What is too large, too slow, too many or too clever; and answers that have no end.
#include <atomic>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/http_fixture.h"

namespace roomle_sim::test {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::unique_ptr<HttpServer> limited(HttpLimits limits, Router router = echo_router()) {
  HttpServerOptions options;
  options.limits = limits;
  return start_server(std::move(router), std::move(options));
}

// Until the server ends the connection, which it does after a refusal.
std::string refused(const HttpServer& server, const std::string& request) {
  RawClient client(server.port());
  client.send(request);
  return client.read_all();
}

TEST(HttpLimits, ABodyPastItsLimitIs413AndOneAtItIsTaken) {
  HttpLimits limits;
  limits.body = 1000;
  const auto server = limited(limits);
  EXPECT_EQ(
      status_of(ask(*server, request_text("POST", "/sim/v1/things", {}, std::string(1000, 'x')))),
      200);
  EXPECT_EQ(error_code(refused(*server,
                               request_text("POST", "/sim/v1/things", {}, std::string(1001, 'x')))),
            "body_too_large");
  // By the promise alone, without a byte of it; also where the number is none that can be added to.
  for (const char* length : {"1001", "18446744073709551615"}) {
    EXPECT_EQ(status_of(refused(
                  *server, request_text("POST", "/sim/v1/things", {{"Content-Length", length}}))),
              413);
  }
  for (const char* chunk : {"3e9\r\n", "ffffffffffffffff\r\n", "1ffffffffffffffff\r\n"}) {
    EXPECT_EQ(status_of(refused(*server, request_text("POST", "/sim/v1/things",
                                                      {{"Transfer-Encoding", "chunked"}}) +
                                             chunk)),
              413)
        << chunk;
  }
}

TEST(HttpLimits, TheBodiesOfAllRequestsHaveALimitTogether) {
  HttpLimits limits;
  limits.bodies = 100'000;
  const auto server = limited(limits);
  const auto posted = [](std::size_t bytes) {
    return request_text("POST", "/sim/v1/things", {}, std::string(bytes, 'x'));
  };
  const std::string alone = refused(*server, posted(100'001));
  EXPECT_EQ(status_of(alone), 503);
  EXPECT_EQ(error_code(alone), "too_many_bodies");
  EXPECT_THAT(alone, HasSubstr("Retry-After: 1"));
  // What a request held is given back behind its answer.
  const auto taken = [&](std::size_t bytes) {
    while (status_of(ask(*server, posted(bytes))) != 200) std::this_thread::yield();
  };
  taken(100'000);
  // Its bytes may not have been read when the other asks; and if the other's are there first, the
  // slow one is refused, and comes again.
  std::optional<RawClient> slow;
  do {
    slow.emplace(server->port());
    slow->send(posted(80'000).substr(0, 79'000));
  } while (status_of(ask(*server, posted(40'000))) == 200);
  taken(10'000);
  slow->close();
  taken(100'000);
}

TEST(HttpLimits, AHeadPastItsLimitIs431) {
  HttpLimits limits;
  limits.head = 1000;
  const auto server = limited(limits);
  EXPECT_EQ(error_code(
                refused(*server, request_text("GET", "/healthz", {{"X", std::string(1000, 'x')}}))),
            "head_too_large");
  EXPECT_EQ(status_of(refused(*server, "GET /" + std::string(2000, 'x'))), 431);
  EXPECT_EQ(
      status_of(ask(*server, request_text("GET", "/healthz", {{"X", std::string(800, 'x')}}))),
      200);
}

// Each byte comes well within the limit; all of them together do not. Were it counted from byte to
// byte, the head would never be refused.
TEST(HttpLimits, ARequestThatDripsIs408) {
  HttpLimits limits;
  limits.request = milliseconds(200);
  const auto server = limited(limits);
  for (const std::string& start :
       {std::string("GET /healthz HTTP/1.1\r\nX: "),
        request_text("POST", "/sim/v1/things", {{"Content-Length", "1000000"}}),
        request_text("POST", "/sim/v1/things", {{"Transfer-Encoding", "chunked"}}) + "fffff\r\n"}) {
    RawClient client(server->port());
    client.send(start);
    std::atomic<bool> answered{false};
    std::thread drip([&] {
      RawClient pace(server->port());
      while (!answered) {
        // The pace of the drip: an exchange with the server takes its time, without a clock.
        pace.send(request_text("GET", "/healthz"));
        pace.read_response();
        client.send("x");
      }
    });
    const std::string answer = client.read_all();
    answered = true;
    drip.join();
    EXPECT_EQ(error_code(answer), "request_timeout") << start;
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  }
}

TEST(HttpLimits, ARequestThatStopsIs408AndOneThatNeverBeginsIsLetGo) {
  HttpLimits limits;
  limits.request = milliseconds(50);
  limits.idle = milliseconds(50);
  const auto server = limited(limits);
  EXPECT_EQ(status_of(refused(*server, "G")), 408);
  EXPECT_EQ(refused(*server, ""), "");
}

// Holds its request until it is let go.
struct Held {
  Latch entered;
  Latch release;
  Router router() {
    Router router = echo_router();
    router.add(Audience::inspector, "GET", "/held", [this](const ApiRequest&) {
      entered.open();
      return text_response(release.wait() ? "released" : "never released");
    });
    return router;
  }
};

TEST(HttpLimits, TheLongestIdleConnectionMakesRoomAndABusyOneStays) {
  Held held;
  HttpLimits limits;
  limits.connections = 2;
  const auto server = limited(limits, held.router());
  RawClient busy(server->port());
  busy.send(request_text("GET", "/held"));
  ASSERT_TRUE(held.entered.wait());
  RawClient idle(server->port());
  idle.send(request_text("GET", "/healthz"));
  ASSERT_EQ(status_of(idle.read_response()), 200);
  int status = 0;
  // Refused while the other is still at work, which it is for a moment after its answer.
  while (status != 200) {
    status = status_of(ask(*server, request_text("GET", "/healthz")));
    ASSERT_THAT(status, testing::AnyOf(200, 503));
  }
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_EQ(idle.end(), StreamEnd::closed);
  held.release.open();
  EXPECT_EQ(body_of(busy.read_response()), "released");
}

TEST(HttpLimits, WithoutAnIdleOneANewConnectionIs503) {
  Held held;
  HttpLimits limits;
  limits.connections = 1;
  const auto server = limited(limits, held.router());
  RawClient busy(server->port());
  busy.send(request_text("GET", "/held"));
  ASSERT_TRUE(held.entered.wait());
  const std::string answer = refused(*server, "");
  EXPECT_EQ(error_code(answer), "too_many_connections");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"));
  held.release.open();
  EXPECT_EQ(body_of(busy.read_response()), "released");
}

// Each is answered 400, and what follows is never taken for another request.
TEST(HttpLimits, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  std::atomic<int> smuggled{0};
  Router router = echo_router();
  router.add(Audience::inspector, "GET", "/smuggled", [&](const ApiRequest&) {
    ++smuggled;
    return ApiResponse{};
  });
  const auto server = start_server(std::move(router));
  const std::string start = "POST /sim/v1/things HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  const std::string next = "GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const std::vector<std::string> tries{
      "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
      "Content-Length: 0, 5\r\n\r\n",
      "Content-Length: +0\r\n\r\n",
      "Content-Length: -1\r\n\r\n",
      "Content-Length: 0x0\r\n\r\n",
      "Content-Length:\r\n\r\n",
      "Content-Length: 99999999999999999999999\r\n\r\n",
      "Content-Length : 0\r\n\r\n",
      "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      "X: a\r\n Content-Length: 5\r\n\r\n",
      "X: a\nContent-Length: 5\r\n\r\n",
      "X: a\rContent-Length: 5\r\n\r\n",
      "no header\r\n\r\n",
      ": no name\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n0\n\n",
      "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n 0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n1\r\naXY0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(2000, 'x') + "\r\na\r\n0\r\n\r\n",
  };
  for (const std::string& one : tries) {
    const std::string answer = refused(*server, start + one + next);
    EXPECT_EQ(error_code(answer), "bad_request") << one;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << one;
  }
  for (const char* one : {"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                          "Transfer-Encoding: identity\r\n\r\n"}) {
    EXPECT_EQ(status_of(refused(*server, start + one + next)), 501) << one;
  }
  for (const char* one :
       {"GET  /healthz HTTP/1.1", "GET /healthz HTTP/2.0", "GET /healthz", "G@T / HTTP/1.1",
        "GET /a b HTTP/1.1", " GET / HTTP/1.1", "GET /\x01 HTTP/1.1"}) {
    EXPECT_EQ(status_of(refused(*server, std::string(one) + "\r\nHost: 127.0.0.1\r\n\r\n" + next)),
              400)
        << one;
  }
  EXPECT_EQ(smuggled, 0);
}

TEST(HttpLimits, ABodyIsNeverTakenForTheNextRequest) {
  const auto server = start_server();
  RawClient client(server->port());
  const std::string inner = "GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  client.send(
      request_text("GET", "/healthz", {}, inner) + request_text("DELETE", "/healthz", {}, inner) +
      request_text("POST", "/sim/v1/things", {{"Transfer-Encoding", "chunked"}, {"X", "y"}}) +
      "2;name=value\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n" +
      request_text("GET", "/healthz", {{"Connection", "close"}}));
  EXPECT_EQ(json_of(client.read_response()).at("body"), inner);
  EXPECT_EQ(status_of(client.read_response()), 405);
  EXPECT_EQ(json_of(client.read_response()).at("body"), "abc");
  EXPECT_EQ(status_of(client.read_response()), 200);
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpStreams, GoOutInChunksAndEndTheConnection) {
  Router router;
  router.add(Audience::inspector, "GET", "/", [](const ApiRequest&) {
    ApiResponse response = text_response("");
    response.stream = [](StreamSink& sink) {
      EXPECT_TRUE(sink.write("first\n"));
      EXPECT_TRUE(sink.write(""));
      EXPECT_TRUE(sink.write("0123456789"));
    };
    return response;
  });
  const auto server = start_server(std::move(router));
  RawClient client(server->port());
  client.send(request_text("GET", "/"));
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(body_of(answer), "6\r\nfirst\n\r\na\r\n0123456789\r\n0\r\n\r\n");
  RawClient old(server->port());
  old.send("GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(body_of(old.read_all()), "first\n0123456789");
  RawClient head(server->port());
  head.send(request_text("HEAD", "/"));
  EXPECT_THAT(head.read_all(), EndsWith("\r\n\r\n"));
}

TEST(HttpStreams, ABugInTheMiddleDoesNotLookLikeTheEnd) {
  Router router;
  router.add(Audience::inspector, "GET", "/", [](const ApiRequest&) {
    ApiResponse response;
    response.stream = [](StreamSink& sink) {
      sink.write("first");
      throw std::runtime_error("bug");
    };
    return response;
  });
  const auto server = start_server(std::move(router));
  RawClient client(server->port());
  client.send(request_text("GET", "/"));
  EXPECT_THAT(client.read_all(), EndsWith("5\r\nfirst\r\n"));
}

// A stream that writes `piece` until it is told to end; `piece` empty: only looks whether it is.
struct Endless {
  std::string piece;
  Latch ended;
  Router router() {
    Router router;
    router.add(Audience::inspector, "GET", "/", [this](const ApiRequest&) {
      ApiResponse response;
      response.stream = [this](StreamSink& sink) {
        sink.write("begun\n");
        while (piece.empty() ? !sink.ended() : sink.write(piece)) std::this_thread::yield();
        EXPECT_TRUE(sink.ended());
        EXPECT_FALSE(sink.write("more"));
        ended.open();
      };
      return response;
    });
    return router;
  }
};

TEST(HttpStreams, EndWhereTheReaderGoes) {
  Endless endless;
  const auto server = start_server(endless.router());
  RawClient client(server->port());
  client.send(request_text("GET", "/"));
  EXPECT_THAT(client.read_some(1), StartsWith("HTTP/1.1 200"));
  client.close();
  EXPECT_TRUE(endless.ended.wait());
}

TEST(HttpStreams, EndWhereTheReaderTakesNothing) {
  Endless endless{std::string(64 * 1024, 'x'), {}};
  HttpLimits limits;
  limits.write = milliseconds(50);
  const auto server = limited(limits, endless.router());
  RawClient client(server->port());
  client.send(request_text("GET", "/"));
  EXPECT_TRUE(endless.ended.wait());
}

TEST(HttpStreams, EndWithTheServer) {
  Endless endless;
  const auto server = start_server(endless.router());
  RawClient client(server->port());
  client.send(request_text("GET", "/"));
  EXPECT_THAT(client.read_some(1), StartsWith("HTTP/1.1 200"));
  server->stop();
  server->stop();
  EXPECT_TRUE(endless.ended.wait());
  EXPECT_FALSE(RawClient(server->port()).connected());
}

}  // namespace
}  // namespace roomle_sim::test
