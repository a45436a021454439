// Each fault as a client sees it, and an end that does not wait for any of them.
#include <cerrno>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "endpoint/connection.h"
#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Seen {
  std::string bytes;
  StreamEnd end;
};

Seen answer_to_one(const std::string& entry) {
  const auto server = start_endpoint(R"({"sequence": [)" + entry + "]}");
  RawClient client(server->port());
  client.send(good_post());
  std::string bytes = client.read_all();
  EXPECT_EQ(server->counts().handled, 1U);
  return {std::move(bytes), client.end()};
}

TEST(Faults, ConnectionResetBeforeTheResponse) {
  const Seen seen = answer_to_one(R"({"connection_reset": true})");
  EXPECT_EQ(seen.bytes, "");
  EXPECT_EQ(seen.end, StreamEnd::reset);
}

TEST(Faults, ConnectionResetAfterTheHeaders) {
  const Seen seen = answer_to_one(
      R"({"status": 200, "body": "hello", "connection_reset": {"at": "after_headers"}})");
  EXPECT_THAT(seen.bytes, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(seen.bytes, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(seen.bytes, EndsWith("\r\n\r\n"));
  EXPECT_EQ(seen.end, StreamEnd::reset);
}

TEST(Faults, EmptyResponse) {
  const Seen seen = answer_to_one(R"({"empty_response": true})");
  EXPECT_EQ(seen.bytes, "");
  EXPECT_EQ(seen.end, StreamEnd::closed);
}

TEST(Faults, MalformedStatusLine) {
  const Seen seen = answer_to_one(R"({"malformed": "status_line"})");
  EXPECT_THAT(seen.bytes, StartsWith("GARBAGE/x.y 200 and no HTTP\r\n"));
  EXPECT_EQ(seen.end, StreamEnd::closed);
}

TEST(Faults, MalformedHeader) {
  const Seen seen = answer_to_one(R"({"malformed": "header"})");
  EXPECT_THAT(seen.bytes, StartsWith("HTTP/1.1 200 OK\r\nthis line is no header\r\n"));
  EXPECT_EQ(seen.end, StreamEnd::closed);
}

TEST(Faults, MalformedChunk) {
  const Seen seen = answer_to_one(R"({"malformed": "chunk", "body": "hello"})");
  EXPECT_THAT(seen.bytes, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(seen.bytes, HasSubstr("\r\n\r\nno-size\r\nhello\r\n"));
  EXPECT_EQ(seen.end, StreamEnd::closed);
}

TEST(Faults, MalformedContentLengthPromisesMoreThanComes) {
  const Seen seen = answer_to_one(R"({"malformed": "content_length", "body": "hello"})");
  EXPECT_THAT(seen.bytes, HasSubstr("Content-Length: 15\r\n"));
  EXPECT_THAT(seen.bytes, EndsWith("\r\n\r\nhello"));
  EXPECT_EQ(seen.end, StreamEnd::closed);
}

TEST(Faults, RefuseHoldsThePortAndRefusesConnections) {
  const auto server = start_endpoint(R"({"refuse": true})");
  EXPECT_NE(server->port(), 0);
  RawClient client(server->port());
  EXPECT_FALSE(client.connected());
  EXPECT_EQ(client.connect_error(), ECONNREFUSED);
  EndpointOptions options;
  options.port = server->port();
  EXPECT_FALSE(EndpointServer::start(std::move(options)).ok()) << "the port was not held";
}

TEST(Faults, RefuseCanBeSwitchedOnAndOffOnTheSamePort) {
  const auto server = start_endpoint();
  const std::uint16_t port = server->port();
  EXPECT_TRUE(RawClient(port).connected());
  EXPECT_FALSE(server->set_behavior(behavior_from(R"({"refuse": true})")));
  EXPECT_FALSE(RawClient(port).connected());
  EXPECT_FALSE(server->set_behavior(behavior_from(R"({"sequence": [202]})")));
  RawClient client(port);
  ASSERT_TRUE(client.connected());
  client.send(good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 202"));
}

TEST(Faults, BlackholeReadsTheRequestAndNeverAnswers) {
  const auto server = start_endpoint(R"({"sequence": [{"blackhole": true}, 200]})");
  RawClient hanging(server->port());
  hanging.send(good_post());
  ASSERT_TRUE(server->wait_for(1, soon()));
  RawClient other(server->port());
  other.send(good_post());
  EXPECT_THAT(other.read_response(), StartsWith("HTTP/1.1 200"));
  server->stop();
  EXPECT_EQ(hanging.read_all(), "");
}

TEST(Faults, DribbleSendsOneByteAnInterval) {
  const auto server =
      start_endpoint(R"({"sequence": [{"body": "hi", "dribble": {"interval": "1ms"}}]})");
  RawClient client(server->port());
  const auto start = steady_clock::now();
  client.send(good_post());
  const std::string response = client.read_response();
  EXPECT_THAT(response, EndsWith("\r\n\r\nhi"));
  EXPECT_GE(steady_clock::now() - start, milliseconds(1) * (response.size() - 1));
  client.send(good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200"));  // the connection lives on
}

TEST(Faults, AClientThatGaveUpEndsThePauseThoughItsBytesAreUnread) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Connection connection(ends[0]);
  EXPECT_TRUE(connection.pause(milliseconds(1)));
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_TRUE(connection.pause(milliseconds(1))) << "more input is no end";
  shutdown(ends[1], SHUT_WR);
  EXPECT_FALSE(connection.pause(std::chrono::hours(1)));
  close(ends[1]);
}

TEST(Faults, DelayComesBeforeTheFirstByte) {
  const auto server = start_endpoint(R"({"sequence": [{"delay": "50ms"}]})");
  RawClient client(server->port());
  const auto start = steady_clock::now();
  client.send(good_post());
  EXPECT_THAT(client.read_some(1), StartsWith("H"));
  EXPECT_GE(steady_clock::now() - start, milliseconds(50));
}

TEST(Faults, EndlessBodyIsChunkedAndGoesOn) {
  const auto server = start_endpoint(R"({"sequence": [{"endless_body": true, "body": "abc"}]})");
  RawClient client(server->port());
  client.send(good_post());
  const std::string bytes = client.read_some(1024 * 1024);
  EXPECT_EQ(client.end(), StreamEnd::open);
  EXPECT_THAT(bytes.substr(0, 200), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(bytes.substr(0, 400), HasSubstr("abcabcabc"));
}

TEST(Faults, ADribbledEndlessBodyGoesOnByteByByte) {
  const auto server =
      start_endpoint(R"({"sequence": [{"endless_body": true, "dribble": {"interval": "10us"}}]})");
  RawClient client(server->port());
  client.send(good_post());
  EXPECT_THAT(client.read_some(2000), Not(HasSubstr("\r\n0\r\n")));
  EXPECT_EQ(client.end(), StreamEnd::open);
}

TEST(Faults, StopEndsEveryConnectionThatHangs) {
  const auto server = start_endpoint(R"({"sequence": [
      {"blackhole": true}, {"dribble": {"interval": "1h"}}, {"delay": "1h"},
      {"endless_body": true}, {"endless_body": true, "dribble": {"interval": "1h"}}]})");
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::uint64_t i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->send(good_post());
    ASSERT_TRUE(server->wait_for(i + 1, soon()));
  }
  clients.push_back(std::make_unique<RawClient>(server->port()));  // idle
  clients.push_back(std::make_unique<RawClient>(server->port()));
  clients.back()->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Le");  // in the middle of a request
  const auto start = steady_clock::now();
  server->stop();
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
  for (const auto& client : clients) {
    client->read_all();
    EXPECT_NE(client->end(), StreamEnd::open);
  }
}

TEST(Faults, AWaiterIsWokenByStop) {
  const auto server = start_endpoint();
  std::thread waiter([&] { EXPECT_FALSE(server->wait_for(1, soon())); });
  server->stop();
  waiter.join();
}

}  // namespace
}  // namespace roomle_sim::test
