// What clients send that is no plain POST: other framings, cut, too large, or no HTTP at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Requests : public testing::Test {
 protected:
  // Sends and reads to the end.
  std::string exchange(const std::string& request) {
    RawClient client(server_->port());
    client.send(request);
    return client.read_all();
  }
  ReceivedRequest last() { return server_->requests().back(); }

  std::unique_ptr<EndpointServer> server_ = start_endpoint(R"({"sequence": [201]})");
};

TEST_F(Requests, ConnectionCloseIsHonoured) {
  EXPECT_THAT(exchange(raw_post(kBody, {{"Connection", "close"}})), StartsWith("HTTP/1.1 201"));
}

TEST_F(Requests, Http10IsAnsweredAndClosed) {
  EXPECT_THAT(exchange("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"),
              HasSubstr("Connection: close\r\n"));
}

TEST_F(Requests, AChunkedBodyIsPutTogether) {
  RawClient client(server_->port());
  client.send(
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201"));
  EXPECT_EQ(last().body, "abcde");
}

TEST_F(Requests, APostWithoutALengthHasNoBodyAndIsAnsweredAtOnce) {
  RawClient client(server_->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201"));
  EXPECT_EQ(last().body, "");
}

TEST_F(Requests, AClientThatAsksFirstIsToldToContinue) {
  RawClient client(server_->port());
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201"));
}

TEST_F(Requests, FormsPartsAndPackedBodiesAreKeptAsTheyCame) {
  for (const char* type :
       {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"}) {
    RawClient client(server_->port());
    client.send(raw_post("a=b&c", {{"Content-Type", type}, {"Content-Encoding", "gzip"}}));
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201")) << type;
    EXPECT_EQ(last().body, "a=b&c") << type;
    EXPECT_EQ(*last().header("content-type"), type);
  }
}

TEST_F(Requests, ARangeIsNoConcernOfAnEndpoint) {
  RawClient client(server_->port());
  client.send(raw_post("{}", {{"Range", "bytes=0-1"}, {"Accept-Encoding", "gzip, br"}}));
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201 Created\r\n"));
}

TEST_F(Requests, ABodyPastTheLimitIsRefused) {
  const std::string answer = exchange(raw_post(std::string(1024 * 1024 + 1, 'x')));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
  EXPECT_THAT(last().problems, Contains("the body is larger than 1048576 bytes"));
  const std::string full(1024 * 1024, 'x');
  RawClient client(server_->port());
  client.send(raw_post(full));
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201"));
}

TEST_F(Requests, AChunkedBodyPastTheLimitIsRefused) {
  std::string request = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 40; ++i) request += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  EXPECT_THAT(exchange(request + "0\r\n\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST_F(Requests, AnEndlessHeaderIsRefused) {
  const std::string answer =
      exchange("POST / HTTP/1.1\r\nX-Long: " + std::string(3 * 1024 * 1024, 'x'));
  EXPECT_THAT(answer, testing::AnyOf(StartsWith("HTTP/1.1 431"), StartsWith("HTTP/1.1 400")));
}

TEST_F(Requests, WhatIsNoHttpIsRefusedAndRemembered) {
  EXPECT_THAT(exchange("\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(last().problems, std::vector<std::string>{"this is no HTTP request"});
  EXPECT_EQ(server_->counts().answers.at("400"), 1U);
}

TEST_F(Requests, TlsOnAPortOfPlainHttpIsToldAsThat) {
  EXPECT_THAT(exchange("\x16\x03\x01"), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(last().problems, std::vector<std::string>{"this is TLS, on a port of plain HTTP"});
}

TEST(RequestsToTls, PlainHttpIsToldAsThat) {
  const auto server = start_endpoint(R"({"tls": "valid"})");
  {
    RawClient client(server->port());
    client.send(good_post());
    client.read_all();
  }
  EXPECT_EQ(server->counts().connections.at("plain_http"), 1U);
  AttemptRequest request;
  request.url = server->url();
  request.body = kBody;
  request.timeout = std::chrono::seconds(20);
  EXPECT_FALSE(transport_to(*server)->post(request).error);
  EXPECT_EQ(server->counts().connections.size(), 1U);
  EXPECT_EQ(server->counts().handled, 1U);
}

TEST(RequestsToTls, ACertificateThatIsNotTakenIsToldThoughItIsOfTheWholeBehaviour) {
  const auto server = start_endpoint(R"({"tls": "expired"})");
  { RawClient probe(server->port()); }
  AttemptRequest request;
  request.url = server->url();
  request.timeout = std::chrono::seconds(20);
  EXPECT_EQ(transport_to(*server)->post(request).error, FailureReason::tls_error);
  server->stop();  // its end of the handshake has come, too
  EXPECT_EQ(server->counts().connections,
            (std::map<std::string, std::uint64_t>{{"tls expired", 1}}));
}

TEST_F(Requests, ACutBodyIsRefusedAndTakesNoEntry) {
  {
    RawClient client(server_->port());
    client.send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{\"event\"");
  }
  ASSERT_TRUE(server_->wait_for(1, soon()));
  EXPECT_EQ(last().problems, std::vector<std::string>{"the request is not complete"});
  EXPECT_EQ(last().body, "{\"event\"");
}

TEST_F(Requests, AnEmptyConnectionIsNoRequest) {
  { RawClient client(server_->port()); }
  RawClient client(server_->port());
  client.send(good_post());
  client.read_response();
  EXPECT_EQ(server_->counts().handled, 1U);
}

}  // namespace
}  // namespace roomle_sim::test
