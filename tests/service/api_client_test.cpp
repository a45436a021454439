// The client of a running service, against peers that are one, and peers that are something else.
#include "service/api_client.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "service/http_server.h"
#include "tests/service/http_fixture.h"
#include "tests/support/held_port.h"
#include "tests/support/raw_server.h"

namespace roomle_sim::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::unique_ptr<ApiClient> client_of(const std::string& url, std::optional<Secret> token = {}) {
  return ApiClient::create(url, std::move(token)).value();
}

std::string answer_text(const std::string& status, const std::string& body,
                        const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

// Answers each request of a connection with the same bytes, then closes it.
class Answering {
 public:
  explicit Answering(std::string bytes)
      : server_([this, bytes](RawConnection& connection) {
          std::string request = connection.read_request();
          if (request.empty()) return;
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(std::move(request));
          }
          connection.send(bytes);
        }) {}

  [[nodiscard]] std::string url() const { return server_.origin(); }
  [[nodiscard]] int connections() const { return server_.connections(); }
  // After its answer was read.
  std::string request() {
    const std::lock_guard lock(mutex_);
    return requests_.empty() ? std::string() : requests_.front();
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> requests_;
  RawServer server_;  // last: its threads use the others
};

constexpr const char* kPlace = "http://there";

Result<nlohmann::ordered_json> parsed(int status, const std::string& body) {
  return parse_answer(ApiAnswer{status, {}, body}, kPlace);
}

TEST(ApiClient, AnAddressThatIsNoneIsAUsageError) {
  for (const char* wrong : {"", "8787", "127.0.0.1:8787", "ftp://127.0.0.1", "http://",
                            "http://127.0.0.1:70000", "https://127.0.0.1:8787"}) {
    const auto client = ApiClient::create(wrong, {});
    ASSERT_FALSE(client) << wrong;
    EXPECT_EQ(client.error().code, ErrorCode::usage) << wrong;
  }
}

TEST(ApiClient, APasswordInTheAddressIsNotRepeated) {
  const auto client = ApiClient::create("http://me:pa55word@127.0.0.1", {});
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, Not(HasSubstr("pa55word")));
}

TEST(ApiClient, AsksTheServiceAndGivesItsAnswer) {
  const auto server = start_server();
  const auto answer = client_of(server->url())->request("POST", "/sim/v1/things?a=b", R"({"x":1})");
  ASSERT_TRUE(answer) << answer.error().message;
  const auto json = parse_answer(answer, server->url());
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->at("method"), "POST");
  EXPECT_EQ(json->at("body"), R"({"x":1})");
  EXPECT_EQ(json->at("query"), json_from(R"([["a","b"]])"));
  EXPECT_EQ(json->at("trusted"), true);
}

TEST(ApiClient, SpeaksToAServiceThatListensOnIpv6) {
  HttpServerOptions options;
  options.host = "::1";
  const auto server = start_server(echo_router(), options);
  EXPECT_THAT(server->url(), StartsWith("http://[::1]:"));
  const auto answer = client_of(server->url())->request("GET", "/sim/v1/things");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200) << answer->body;
}

TEST(ApiClient, AnEscapedTargetArrivesAsItWasWritten) {
  const auto server = start_server();
  const auto answer = client_of(server->url())->request("GET", "/sim/v1/things/a%2Fb%20%C3%A4%2B");
  const auto json = parse_answer(answer, server->url());
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->at("values").at("id"), "a/b \xC3\xA4+");
}

TEST(ApiClient, ManyRequestsShareAConnection) {
  RawServer server([](RawConnection& connection) {
    while (!connection.read_request().empty()) {
      if (!connection.send(answer_text("200 OK", "{}"))) return;
    }
  });
  const auto client = client_of(server.origin());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client->request("GET", "/"));
  EXPECT_EQ(server.connections(), 1);
}

TEST(ApiClient, ShowsTheAccessTokenAndItsHeaders) {
  Answering server(answer_text("200 OK", "{}"));
  const auto client = client_of(server.url(), Secret(kAccessToken));
  ASSERT_TRUE(client->request("POST", "/sim/v1/things", "{}", {{"Idempotency-Key", "k-1"}}));
  EXPECT_THAT(server.request(),
              AllOf(HasSubstr(std::string("Authorization: Bearer ") + kAccessToken + "\r\n"),
                    HasSubstr("Idempotency-Key: k-1\r\n"),
                    HasSubstr("Content-Type: application/json\r\n")));
}

TEST(ApiClient, ARedirectIsNotFollowedSoThatTheTokenGoesNowhereElse) {
  Answering elsewhere(answer_text("200 OK", "{}"));
  Answering server(answer_text("302 Found", "", "Location: " + elsewhere.url() + "\r\n"));
  const auto client = client_of(server.url(), Secret(kAccessToken));
  const auto answer = client->request("GET", "/sim/v1/things");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(elsewhere.connections(), 0);
  EXPECT_FALSE(parse_answer(answer, server.url()));
}

TEST(ApiClient, AnAnswerWithoutABodyIsOne) {
  Answering server("HTTP/1.1 204 No Content\r\nX-Of: it\r\n\r\n");
  const auto answer = client_of(server.url())->request("POST", "/");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 204);
  EXPECT_THAT(answer->headers, testing::Contains(testing::Pair("X-Of", "it")));
}

TEST(ApiClient, WhereNobodyListensTheAddressAndTheCommandAreNamed) {
  const HeldPort nobody;
  const auto answer = client_of(nobody.url(), Secret(kAccessToken))->request("GET", "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message,
              AllOf(HasSubstr("http://127.0.0.1:" + std::to_string(nobody.port())),
                    HasSubstr("roomle-sim serve"), Not(HasSubstr(kAccessToken))));
}

TEST(ApiClient, WhatIsNoWholeHttpAnswerIsUnavailable) {
  for (const std::string& bytes : {std::string(), std::string("220 mail.example ESMTP\r\n"),
                                   std::string("\x16\x03\x01\r\n\r\n"),
                                   std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"),
                                   std::string("HTTP/1.1 200 OK\r\nContent-Le")}) {
    Answering server(bytes);
    const auto answer = client_of(server.url())->request("GET", "/");
    ASSERT_FALSE(answer) << bytes;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable) << bytes;
    EXPECT_THAT(answer.error().message, StartsWith("cannot ask http://127.0.0.1:")) << bytes;
  }
}

TEST(ApiClient, AnAnswerThatWillNotEndIsGivenUp) {
  for (const char* head :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\n"}) {
    RawServer server([&](RawConnection& connection) {
      connection.read_request();
      connection.send(head);
      while (connection.send(std::string(1 << 20, 'x'))) {
      }
    });
    const auto answer = client_of(server.origin())->request("GET", "/");
    ASSERT_FALSE(answer) << head;
    EXPECT_THAT(answer.error().message, HasSubstr("too large")) << head;
  }
}

// Each line is longer than a recursive regular expression's stack, or than any memory.
TEST(ApiClient, AHeadThatIsTooLongIsGivenUp) {
  const std::string a_mebibyte(1 << 20, 'x');
  for (const char* begin : {"HTTP/1.1 200 ", "", "HTTP/1.1 200 OK\r\nX-Long: ",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"}) {
    RawServer server([&](RawConnection& connection) {
      connection.read_request();
      connection.send(begin);
      while (connection.send(a_mebibyte)) {
      }
    });
    const auto answer = client_of(server.origin())->request("GET", "/");
    ASSERT_FALSE(answer) << begin;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable) << begin;
  }
}

TEST(ApiClient, HeadersWithoutEndAreGivenUp) {
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X-One-More: of them\r\n")) {
    }
  });
  EXPECT_FALSE(client_of(server.origin())->request("GET", "/"));
}

TEST(ApiClient, AStreamsBytesComeInTheirOrderUntilItEnds) {
  Router router;
  router.add(Audience::inspector, "GET", "/sim/v1/stream", [](const ApiRequest&) {
    ApiResponse response;
    response.content_type = "text/event-stream";
    response.stream = [](StreamSink& sink) {
      for (int i = 0; i < 100; ++i) sink.write(std::to_string(i) + "\n");
    };
    return response;
  });
  const auto server = start_server(std::move(router));
  std::string got;
  const auto answer = client_of(server->url())->stream("/sim/v1/stream", {}, [&](auto bytes) {
    got += bytes;
    return true;
  });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "");
  EXPECT_THAT(answer->headers,
              testing::Contains(testing::Pair("Content-Type", "text/event-stream")));
  std::string wanted;
  for (int i = 0; i < 100; ++i) wanted += std::to_string(i) + "\n";
  EXPECT_EQ(got, wanted);
}

// Sends a piece of a stream and then waits for the reader to go.
class Streaming {
 public:
  explicit Streaming(bool breaks_off = false)
      : server_([this, breaks_off](RawConnection& connection) {
          connection.read_request();
          connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
          if (breaks_off) return;
          connection.wait_for_close();
          left_.open();
        }) {}
  [[nodiscard]] std::string url() const { return server_.origin(); }
  bool was_left() { return left_.wait(); }

 private:
  Latch left_;
  RawServer server_;
};

TEST(ApiClient, TheReaderEndsAStreamAndTheConnectionWithIt) {
  Streaming server;
  const auto client = client_of(server.url());
  const auto answer = client->stream("/", {}, [](auto) { return false; });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(server.was_left());
}

TEST(ApiClient, AStreamThatBreaksOffIsAnErrorBehindWhatCame) {
  Streaming server(true);
  std::string got;
  const auto answer = client_of(server.url())->stream("/", {}, [&](auto bytes) {
    got += bytes;
    return true;
  });
  EXPECT_EQ(got, "first");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST(ApiClient, ARefusedStreamGivesItsBodyToNobodyButTheAnswer) {
  Answering server(answer_text("503 Service Unavailable", R"({"error":{"message":"too many"}})"));
  bool called = false;
  const auto answer = client_of(server.url())->stream("/", {}, [&](auto) { return called = true; });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(called);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(parse_answer(answer, server.url()).error().message, "too many");
}

TEST(ApiClient, AnInterruptEndsAStreamThatIsUnderWay) {
  Streaming server;
  const auto client = client_of(server.url());
  Latch streaming;
  std::thread interrupter([&] {
    streaming.wait();
    client->interrupt();
  });
  const auto answer = client->stream("/", {}, [&](auto) {
    streaming.open();
    return true;
  });
  interrupter.join();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("interrupted"));
  EXPECT_TRUE(server.was_left());
}

TEST(ApiClient, AnInterruptEndsTheWaitForAnAnswer) {
  Latch asked;
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    asked.open();
    connection.wait_for_close();
  });
  const auto client = client_of(server.origin());
  std::thread interrupter([&] {
    asked.wait();
    client->interrupt();
  });
  const auto answer = client->request("GET", "/");
  interrupter.join();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("interrupted"));
}

TEST(ApiClient, AnInterruptThatComesFirstIsNotLost) {
  for (const bool used_before : {false, true}) {
    RawServer server([](RawConnection& connection) {
      while (!connection.read_request().empty()) connection.send(answer_text("200 OK", "{}"));
    });
    const auto client = client_of(server.origin());
    if (used_before) {
      ASSERT_TRUE(client->request("GET", "/"));
    }
    client->interrupt();
    const auto answer = client->stream("/", {}, [](auto) { return true; });
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message, HasSubstr("interrupted"));
    EXPECT_EQ(server.connections(), used_before ? 1 : 0);
  }
}

TEST(ParseAnswer, ASuccessIsItsObject) {
  EXPECT_EQ(parsed(200, R"({"a":1})")->at("a"), 1);
  EXPECT_EQ(parsed(202, "{}")->size(), 0U);
}

TEST(ParseAnswer, WhatIsNoObjectIsSomebodyElses) {
  for (const char* body :
       {"", "<html>hello</html>", "[]", "null", "7", "\"{}\"", "{", "{}{}", "{\"a\":\"\xff\"}"}) {
    for (const int status : {200, 401, 404, 500}) {
      const auto json = parsed(status, body);
      ASSERT_FALSE(json) << status << body;
      EXPECT_EQ(json.error().code, ErrorCode::unavailable) << status << body;
      EXPECT_EQ(json.error().message, "what answers at http://there is no roomle-sim service");
    }
  }
}

TEST(ParseAnswer, AFailureInAnotherFormIsSomebodyElses) {
  for (const char* body :
       {"{}", R"({"error":"no"})", R"({"error":null})", R"({"error":[]})", R"({"error":{}})",
        R"({"error":{"message":7}})", R"({"message":"no"})"}) {
    for (const int status : {302, 401, 404, 429, 500}) {
      const auto json = parsed(status, body);
      ASSERT_FALSE(json) << status << body;
      EXPECT_THAT(json.error().message, HasSubstr("is no roomle-sim service")) << status << body;
    }
  }
}

TEST(ParseAnswer, OursIsToldInTheServicesWordsAndByWhoseFaultItIs) {
  const auto failure = [](int status) {
    return parsed(status, R"({"error":{"status":0,"code":"x","message":"so it is"}})").error();
  };
  for (const int status : {400, 403, 404, 409, 422}) {
    EXPECT_EQ(failure(status).code, ErrorCode::usage) << status;
    EXPECT_EQ(failure(status).message, "so it is");
  }
  for (const int status : {429, 500, 503}) {
    EXPECT_EQ(failure(status).code, ErrorCode::unavailable) << status;
  }
  EXPECT_EQ(failure(401).code, ErrorCode::usage);
  EXPECT_EQ(failure(401).message, "so it is (name its file with --access-token-file)");
}

TEST(ParseAnswer, AServiceWithAnAccessTokenSaysHowToShowIt) {
  HttpServerOptions options;
  options.access_token = Secret(kAccessToken);
  const auto server = start_server(echo_router(), options);
  for (const auto& token :
       {std::optional<Secret>(), std::optional(Secret("a-wrong-access-token"))}) {
    const auto answer = client_of(server->url(), token)->request("GET", "/sim/v1/things");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 401);
    EXPECT_THAT(parse_answer(answer, server->url()).error().message,
                AllOf(HasSubstr("--access-token-file"), Not(HasSubstr("a-wrong-access-token"))));
  }
  EXPECT_EQ(
      client_of(server->url(), Secret(kAccessToken))->request("GET", "/sim/v1/things")->status,
      200);
}

TEST(ParseAnswer, AnErrorOfTheConnectionIsPassedOn) {
  const auto json = parse_answer(Error{ErrorCode::unavailable, "gone"}, kPlace);
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().message, "gone");
}

}  // namespace
}  // namespace roomle_sim::test
