// What is decided before a request is read: outages, TLS, resets on accept.
#include <atomic>
#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender/http_transport.h"
#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

class HandClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return start_ + offset_.load(); }
  void set(Duration since_start) { offset_ = since_start; }

 private:
  const TimePoint start_ = SystemClock().now();
  std::atomic<Duration> offset_ = Duration::zero();
};

int connect_error(std::uint16_t port) {
  return RawClient(port).connect_error();
}

TEST(Outages, BeginAndEndWithTheClock) {
  HandClock clock;
  EndpointOptions options;
  options.behavior = behavior_from(R"({"outage": {"from": "1m", "until": "2m"}})");
  options.clock = &clock;
  const auto server = start_endpoint(std::move(options));
  const std::uint16_t port = server->port();
  RawClient kept_alive(port);
  kept_alive.send(good_post());
  EXPECT_THAT(kept_alive.read_response(), StartsWith("HTTP/1.1 200"));
  clock.set(minutes(1));
  EXPECT_FALSE(server->clock_moved());
  EXPECT_EQ(kept_alive.read_all(), "");
  EXPECT_EQ(connect_error(port), ECONNREFUSED);
  clock.set(minutes(2) - Duration(1));
  EXPECT_FALSE(server->clock_moved());
  EXPECT_EQ(connect_error(port), ECONNREFUSED);
  clock.set(minutes(2));
  EXPECT_FALSE(server->clock_moved());
  RawClient again(port);
  ASSERT_TRUE(again.connected());
  again.send(good_post());
  EXPECT_THAT(again.read_response(), StartsWith("HTTP/1.1 200"));
}

TEST(Outages, ThePortStaysHeldInOne) {
  const auto server = start_endpoint(R"({"outage": {}})");
  EXPECT_EQ(connect_error(server->port()), ECONNREFUSED);
  EndpointOptions options;
  options.port = server->port();
  EXPECT_FALSE(EndpointServer::start(std::move(options)).ok()) << "the port was not held";
}

TEST(Outages, ComeByThemselvesInRealTime) {
  const auto server = start_endpoint(R"({"outage": {"from": "150ms"}})");
  RawClient kept_alive(server->port());
  ASSERT_TRUE(kept_alive.connected());
  EXPECT_EQ(kept_alive.read_all(), "") << "ended by the outage";
  EXPECT_EQ(connect_error(server->port()), ECONNREFUSED);
}

TEST(Outages, AreCountedFromTheBeginningOfTheBehaviour) {
  HandClock clock;
  EndpointOptions options;
  options.clock = &clock;
  const auto server = start_endpoint(std::move(options));
  clock.set(hours(5));
  EXPECT_FALSE(server->set_behavior(behavior_from(R"({"outage": {"until": "1s"}})")));
  EXPECT_EQ(connect_error(server->port()), ECONNREFUSED);
  clock.set(hours(5) + seconds(1));
  EXPECT_FALSE(server->clock_moved());
  EXPECT_EQ(connect_error(server->port()), 0);
}

TEST(ResetOnAccept, IsCountedAndTakesNoRequest) {
  const auto server =
      start_endpoint(R"({"sequence": [{"connection_reset": {"at": "on_accept"}}, 200]})");
  RawClient first(server->port());
  first.send(good_post());
  EXPECT_EQ(first.read_all(), "");
  EXPECT_EQ(first.end(), StreamEnd::reset);
  EXPECT_EQ(server->counts().handled, 0U);
  EXPECT_THAT(server->counts().connections, Contains(Pair("connection_reset on_accept", 1U)));
  RawClient second(server->port());
  second.send(good_post());
  const std::string response = second.read_all();
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"))
      << "so that every request can meet a fault of its connection";
}

TEST(ResetOnAccept, ComesAlsoToOneWhoSendsNothing) {
  const auto server =
      start_endpoint(R"({"sequence": [{"connection_reset": {"at": "on_accept"}}]})");
  RawClient client(server->port());
  EXPECT_EQ(client.read_all(), "");
  EXPECT_EQ(client.end(), StreamEnd::reset);
}

AttemptResult post_to(const EndpointServer& server, HttpTransportOptions options) {
  auto transport = HttpTransport::create(options);
  EXPECT_TRUE(transport.ok());
  AttemptRequest request;
  request.url = server.url();
  request.body = kBody;
  request.timeout = seconds(20);
  return (*transport)->post(request);
}

TEST(Tls, TheEndpointTellsWhomToTrust) {
  const auto server = start_endpoint(R"({"tls": "valid", "sequence": [204]})");
  EXPECT_THAT(server->url(), StartsWith("https://127.0.0.1:"));
  HttpTransportOptions trusting;
  trusting.ca_cert_pem = server->authority();
  EXPECT_EQ(post_to(*server, trusting).response.value().status, 204);
  EXPECT_EQ(post_to(*server, {}).error, FailureReason::tls_error);
  HttpTransportOptions insecure;
  insecure.insecure = true;
  EXPECT_EQ(post_to(*server, insecure).response.value().status, 204);
}

TEST(Tls, WhoTakesAnyCertificateIsServedAllTheSame) {
  const auto server = start_endpoint(R"({"tls": "valid", "sequence": [{"tls": "expired"}, 503]})");
  HttpTransportOptions insecure;
  insecure.insecure = true;
  EXPECT_EQ(post_to(*server, insecure).response.value().status, 503);
}

TEST(Tls, CanBeSwitchedOnAndOffOnTheSamePort) {
  const auto server = start_endpoint();
  EXPECT_THAT(server->authority(), IsEmpty());
  RawClient plain(server->port());
  EXPECT_FALSE(server->set_behavior(behavior_from(R"({"tls": "valid"})")));
  EXPECT_EQ(plain.read_all(), "") << "ended by the change";
  HttpTransportOptions trusting;
  trusting.ca_cert_pem = server->authority();
  EXPECT_FALSE(post_to(*server, trusting).error);
  EXPECT_FALSE(server->set_behavior({}));
  EXPECT_THAT(server->url(), StartsWith("http://"));
  EXPECT_FALSE(post_to(*server, {}).error);
}

TEST(Tls, AClientThatNeverBeginsTheHandshakeHoldsUpNoEnd) {
  const auto server = start_endpoint(R"({"tls": "valid"})");
  const RawClient silent(server->port());
  ASSERT_TRUE(silent.connected());
  const auto start = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
}

TEST(Tls, PlainHttpOnATlsPortIsEnded) {
  const auto server = start_endpoint(R"({"tls": "valid"})");
  RawClient plain(server->port());
  plain.send(good_post());
  plain.read_all();
  EXPECT_NE(plain.end(), StreamEnd::open);
  EXPECT_EQ(server->counts().handled, 0U);
}

}  // namespace
}  // namespace roomle_sim::test
