// What a post comes to is the same over a socket and without one.
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/virtual_endpoint.h"
#include "sender/http_transport.h"
#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Long enough for a loaded machine to answer, where an answer comes at all.
constexpr Duration kPatient = seconds(20);
// For what never ends: the deadline is what is waited for.
constexpr Duration kImpatient = milliseconds(400);

struct Case {
  const char* name;
  const char* behavior;
  Duration timeout = kPatient;
  int posts = 1;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.name;
}

AttemptRequest event_to(const std::string& url, Duration timeout) {
  AttemptRequest request;
  request.pool_key = "42";
  request.url = url;
  request.headers = {{"Content-Type", "application/json"},
                     {"token", token_of(SystemClock().now())}};
  request.body = kBody;
  request.timeout = timeout;
  return request;
}

// An address stands in the text, where one was asked.
std::string without_address(std::string detail) {
  const auto found = detail.find("127.0.0.1:");
  return found == std::string::npos ? detail : detail.substr(0, found);
}

void expect_same(const AttemptResult& real, const AttemptResult& simulated) {
  EXPECT_EQ(real.error, simulated.error) << real.detail << "; " << simulated.detail;
  EXPECT_EQ(real.request_sent, simulated.request_sent);
  EXPECT_EQ(without_address(real.detail), without_address(simulated.detail));
  ASSERT_EQ(real.response.has_value(), simulated.response.has_value());
  if (!real.response) return;
  EXPECT_EQ(real.response->status, simulated.response->status);
  EXPECT_EQ(real.response->headers, simulated.response->headers);
  EXPECT_EQ(real.response->body, simulated.response->body);
  EXPECT_EQ(real.response->body_cut, simulated.response->body_cut);
}

void expect_same(const ReceivedRequest& real, const ReceivedRequest& simulated) {
  EXPECT_EQ(real.number, simulated.number);
  EXPECT_EQ(real.method, simulated.method);
  EXPECT_EQ(real.target, simulated.target);
  EXPECT_EQ(real.body, simulated.body);
  EXPECT_EQ(real.event, simulated.event);
  EXPECT_EQ(real.tenant_id, simulated.tenant_id);
  EXPECT_EQ(real.problems, simulated.problems);
  EXPECT_EQ(answer_word(real.plan), answer_word(simulated.plan));
  ASSERT_EQ(real.headers.size(), simulated.headers.size());
  for (std::size_t i = 0; i < real.headers.size(); ++i) {
    EXPECT_EQ(real.headers[i].first, simulated.headers[i].first);
  }
}

class Parity : public testing::TestWithParam<Case> {};

TEST_P(Parity, AVirtualPostComesToWhatARealOneDoes) {
  const Case& one = GetParam();
  const auto server = start_endpoint(one.behavior);
  auto transport = HttpTransport::create({});
  ASSERT_TRUE(transport.ok());
  VirtualEndpoint::Options options;
  options.behavior = behavior_from(one.behavior);
  options.verification = verification_of_tenant();
  VirtualEndpoint simulated(std::move(options));
  for (int i = 0; i < one.posts; ++i) {
    SCOPED_TRACE("post " + std::to_string(i + 1));
    const AttemptRequest request = event_to(server->url() + "hook?a=1", one.timeout);
    const AttemptResult expected = (*transport)->post(request);
    const AttemptResult result = simulated.post(request, SystemClock().now());
    expect_same(expected, result);
    EXPECT_LE(result.duration, one.timeout);
    if (result.error == FailureReason::timeout) {
      EXPECT_EQ(result.duration, one.timeout);
    }
  }
  const auto received = server->requests();
  ASSERT_EQ(received.size(), simulated.requests().size());
  for (std::size_t i = 0; i < received.size(); ++i) {
    expect_same(received[i], simulated.requests()[i]);
  }
}

const Case kCases[] = {
    {"nothing_said", "{}"},
    {"status_with_headers_and_body",
     R"({"sequence": [{"status": 503, "headers": {"Retry-After": "5"}, "body": {"why": "down"}}]})"},
    {"sequence", R"({"sequence": [503, {"status": 404}, 200], "then": "fail"})", kPatient, 4},
    {"no_content", R"({"sequence": [204]})", kPatient, 2},
    {"not_modified", R"({"sequence": [304]})"},
    {"redirect", R"({"sequence": [{"status": 302, "headers": {"Location": "/elsewhere"}}]})"},
    {"connection_close", R"({"sequence": [{"headers": {"Connection": "close"}, "body": "x"}]})"},
    {"delay", R"({"sequence": [{"delay": "5ms", "body": "late"}]})"},
    {"delay_past_the_deadline", R"({"sequence": [{"delay": "1h"}]})", kImpatient},
    {"refuse", R"({"refuse": true})"},
    {"connection_reset", R"({"sequence": [{"connection_reset": true}]})"},
    {"connection_reset_after_headers",
     R"({"sequence": [{"body": "hello", "connection_reset": {"at": "after_headers"}}]})"},
    {"empty_response", R"({"sequence": [{"empty_response": true}]})"},
    {"malformed_status_line", R"({"sequence": [{"malformed": "status_line"}]})"},
    {"malformed_header", R"({"sequence": [{"malformed": "header"}]})"},
    {"malformed_chunk", R"({"sequence": [{"malformed": "chunk", "body": "hello"}]})"},
    {"malformed_content_length",
     R"({"sequence": [{"malformed": "content_length", "body": "hello"}]})"},
    {"blackhole", R"({"sequence": [{"blackhole": true}]})", kImpatient},
    {"dribble", R"({"sequence": [{"body": "hi", "dribble": {"interval": "10us"}}]})"},
    {"dribble_past_the_deadline", R"({"sequence": [{"dribble": {"interval": "1h"}}]})", kImpatient},
    {"endless_body", R"({"sequence": [{"endless_body": true, "body": "abc"}]})", kImpatient},
};

INSTANTIATE_TEST_SUITE_P(Table, Parity, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(VirtualEndpoint, TakesTheTimeOfItsPausesAndNoOther) {
  VirtualEndpoint::Options options;
  options.behavior = behavior_from(R"({"sequence": [
      {"delay": "3h", "body": "hi"}, {"dribble": {"interval": "1s"}}, 200, {"delay": "4h"}]})");
  VirtualEndpoint endpoint(std::move(options));
  const AttemptRequest request = event_to("http://tenant.example/hook", hours(4));
  const TimePoint start = SystemClock().now();
  EXPECT_EQ(endpoint.post(request, start).duration, hours(3));
  const AttemptResult dribbled = endpoint.post(request, start + hours(5));
  EXPECT_FALSE(dribbled.error);
  EXPECT_EQ(dribbled.duration,
            seconds(std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").size() - 1));
  EXPECT_EQ(endpoint.post(request, start + hours(6)).duration, Duration::zero());
  const AttemptResult at_the_deadline = endpoint.post(request, start + hours(7));
  EXPECT_EQ(at_the_deadline.error, FailureReason::timeout);
  EXPECT_EQ(at_the_deadline.duration, hours(4));
  EXPECT_EQ(endpoint.requests().at(1).time, start + hours(5));
}

TEST(VirtualEndpoint, WhatHasNoEndEndsAtTheDeadlineHoweverFarThatIs) {
  VirtualEndpoint::Options options;
  options.behavior = behavior_from(R"({"sequence": [
      {"endless_body": true}, {"endless_body": true, "dribble": {"interval": "1ns"}},
      {"blackhole": true}]})");
  VirtualEndpoint endpoint(std::move(options));
  const AttemptRequest request = event_to("http://tenant.example/", hours(24 * 365));
  for (int i = 0; i < 3; ++i) {
    const AttemptResult result = endpoint.post(request, SystemClock().now());
    EXPECT_EQ(result.error, FailureReason::timeout);
    EXPECT_EQ(result.duration, request.timeout);
    if (i < 2) {
      ASSERT_TRUE(result.response);
      EXPECT_EQ(result.response->body.size(), kBodyCap);
      EXPECT_TRUE(result.response->body_cut);
    }
  }
}

TEST(VirtualEndpoint, AUrlThatIsNoneIsADnsErrorAsForTheTransport) {
  VirtualEndpoint endpoint({});
  EXPECT_EQ(endpoint.post(event_to("ftp://x/", seconds(1)), {}).error, FailureReason::dns_error);
  EXPECT_TRUE(endpoint.requests().empty());
}

TEST(EndpointServer, TakesTheTimeOfARequestFromTheClockItIsGiven) {
  class Fixed : public Clock {
   public:
    [[nodiscard]] TimePoint now() const override { return TimePoint(hours(24 * 365 * 40)); }
  };
  const Fixed clock;
  EndpointOptions options;
  options.clock = &clock;
  const auto server = start_endpoint(std::move(options));
  RawClient client(server->port());
  client.send(good_post());
  client.read_response();
  ASSERT_TRUE(server->wait_for(1, soon()));
  EXPECT_EQ(server->requests().at(0).time, clock.now());
}

}  // namespace
}  // namespace roomle_sim::test
