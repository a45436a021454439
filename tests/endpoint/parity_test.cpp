// What a post comes to is the same over a socket and without one.
#include <ostream>

#include <fmt/format.h>
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

struct ParityCase {
  const char* name;
  const char* behavior;
  Duration timeout = kPatient;
  int posts = 1;
};

std::ostream& operator<<(std::ostream& out, const ParityCase& one) {
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

class Parity : public testing::TestWithParam<ParityCase> {};

TEST_P(Parity, AVirtualPostComesToWhatARealOneDoes) {
  const ParityCase& one = GetParam();
  const auto server = start_endpoint(one.behavior);
  const auto transport = transport_to(*server);
  VirtualEndpoint::Options options;
  options.behavior = behavior_from(one.behavior);
  options.verification = verification_of_tenant();
  options.started = SystemClock().now();
  VirtualEndpoint simulated(std::move(options));
  for (int i = 0; i < one.posts; ++i) {
    SCOPED_TRACE("post " + std::to_string(i + 1));
    const AttemptRequest request = event_to(server->url() + "hook?a=1", one.timeout);
    const AttemptResult expected = transport->post(request);
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

const ParityCase kParityCases[] = {
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
    {"connection_reset_on_accept",
     R"({"sequence": [{"connection_reset": {"at": "on_accept"}}, 200]})", kPatient, 3},
    {"connection_reset_in_body",
     R"({"sequence": [{"body": "hello you", "connection_reset": {"at": "in_body"}}]})"},
    {"connection_reset_in_an_empty_body",
     R"({"sequence": [{"connection_reset": {"at": "in_body"}}]})"},
    {"accept_then_lose", R"({"sequence": [{"accept_then_lose": true}, 200]})", kPatient, 2},
    {"malformed_endless_headers", R"({"sequence": [{"malformed": "endless_headers"}]})"},
    {"malformed_huge_header", R"({"sequence": [{"malformed": "huge_header", "body": "x"}]})"},
    {"dribble_in_pieces",
     R"({"sequence": [{"body": "hello", "dribble": {"chunks": 5, "total": "20ms"}}]})", kPatient,
     2},
    {"dribble_in_more_pieces_than_bytes",
     R"({"sequence": [{"dribble": {"chunks": 1000, "total": "1ms"}}]})"},
    {"slicer", R"({"sequence": [{"body": "hello you all out there",
                                 "slicer": {"average_size": 7, "variation": 3, "delay": "1ms"}}]})",
     kPatient, 2},
    {"bandwidth", R"({"sequence": [{"body": "hello", "bandwidth": "10KB/s"}]})", kPatient, 2},
    {"bandwidth_past_the_deadline", R"({"sequence": [{"bandwidth": "1B/s"}]})", kImpatient},
    {"limit_data_in_the_head", R"({"sequence": [{"limit_data": 20}]})"},
    {"limit_data_in_the_body",
     R"({"sequence": [{"limit_data": 100, "body": ")"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     R"("}]})"},
    {"limit_data_beyond_the_response", R"({"sequence": [{"limit_data": 100000, "body": "x"}]})",
     kPatient, 2},
    {"limit_data_of_an_endless_body",
     R"({"sequence": [{"limit_data": 200000, "endless_body": true}]})"},
    {"slow_close", R"({"sequence": [{"slow_close": "20ms", "body": "hello"}]})", kPatient, 2},
    {"slow_close_past_the_deadline", R"({"sequence": [{"slow_close": "1h", "body": "hello"}]})",
     kImpatient},
    {"delay_uniform", R"({"sequence": [{"delay": {"uniform": {"lower": "1ms", "upper": "9ms"}}}]})",
     kPatient, 2},
    {"delay_lognormal", R"({"sequence": [
         {"delay": {"lognormal": {"median": "2ms", "sigma": 0.5, "max": "9ms"}}}]})",
     kPatient, 2},
    {"rate_limit", R"({"sequence": [{"rate_limit": {"requests": 2, "window": "1h"}}]})", kPatient,
     3},
    {"redirect_word", R"({"sequence": [{"redirect": "https://elsewhere.example/"}]})"},
    {"by_event_and_tenant", R"({"by": [{"event": "email.shareConfiguration", "status": 503},
                                       {"tenant": 42, "sequence": [410, 201]}],
                                "sequence": [500]})",
     kPatient, 3},
    {"by_probability", R"({"by": [{"probability": 0.5, "connection_reset": true}]})", kPatient, 10},
    {"by_probability_of_a_connection",
     R"({"by": [{"probability": 0.5, "connection_reset": {"at": "on_accept"}}]})", kPatient, 10},
    {"outage", R"({"outage": {}})", kPatient, 2},
    {"outage_over", R"({"outage": {"from": "100h"}})", kPatient, 2},
    {"tls_valid", R"({"tls": "valid", "sequence": [{"body": "hello"}]})", kPatient, 2},
    {"tls_expired", R"({"tls": "expired"})"},
    {"tls_wrong_host", R"({"tls": "wrong_host"})"},
    {"tls_untrusted", R"({"tls": "untrusted"})"},
    {"tls_handshake_failure", R"({"tls": "handshake_failure"})"},
    {"tls_in_a_sequence", R"({"tls": "valid", "sequence": [{"tls": "expired"}, 200,
         {"tls": "handshake_failure"}, {"connection_reset": {"at": "on_accept"}}, 503]})",
     kPatient, 5},
    {"tls_with_an_empty_response", R"({"tls": "valid", "sequence": [{"empty_response": true}]})"},
    {"tls_with_a_reset", R"({"tls": "valid", "sequence": [{"connection_reset": true}]})"},
    {"tls_with_a_slow_close",
     R"({"tls": "valid", "sequence": [{"slow_close": "1ms", "body": "hello"}]})"},
    {"tls_with_a_large_body", R"({"tls": "valid", "sequence": [{"endless_body": true}]})",
     kImpatient},
};

INSTANTIATE_TEST_SUITE_P(Table, Parity, testing::ValuesIn(kParityCases),
                         [](const auto& one) { return std::string(one.param.name); });

// The scheme of the URL, and whether the endpoint speaks TLS, in all four ways but the two that
// fit.
class WrongScheme : public testing::TestWithParam<bool> {};

TEST_P(WrongScheme, ComesToTheSameWithoutASocket) {
  const bool speaks_tls = GetParam();
  const char* behavior = speaks_tls ? R"({"tls": "valid"})" : "{}";
  const auto server = start_endpoint(behavior);
  auto transport = HttpTransport::create({});
  ASSERT_TRUE(transport.ok());
  VirtualEndpoint::Options options;
  options.behavior = behavior_from(behavior);
  VirtualEndpoint simulated(std::move(options));
  const AttemptRequest request = event_to(
      fmt::format("{}://127.0.0.1:{}/", speaks_tls ? "http" : "https", server->port()), kPatient);
  expect_same((*transport)->post(request), simulated.post(request, SystemClock().now()));
  EXPECT_TRUE(simulated.requests().empty());
}

INSTANTIATE_TEST_SUITE_P(Both, WrongScheme, testing::Bool());

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
