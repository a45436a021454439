// How the sender meets every fault: the reason, whether the tenant may have acted on the event, and
// the deadline.
#include <ostream>

#include <gtest/gtest.h>

#include "sender/http_transport.h"
#include "sender/retry_rule.h"
#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sanitizers and a loaded machine slow everything down.
constexpr Duration kSlack = seconds(5);
constexpr Duration kSenderTimeout = seconds(30);
constexpr Duration kShort = milliseconds(300);

struct SenderCase {
  const char* name;
  const char* behavior;
  const char* reason;  // empty: delivered
  bool ambiguous;
  int status = 0;  // 0: no head came
  Duration timeout = kSenderTimeout;
};

std::ostream& operator<<(std::ostream& out, const SenderCase& one) {
  return out << one.name;
}

class SenderMeets : public testing::TestWithParam<SenderCase> {};

TEST_P(SenderMeets, TheFaultWithItsReasonInTime) {
  const SenderCase& one = GetParam();
  const auto server = start_endpoint(one.behavior);
  const auto transport = transport_to(*server);
  AttemptRequest request;
  request.url = server->url();
  request.headers = {{"token", token_of(SystemClock().now())}};
  request.body = kBody;
  request.timeout = one.timeout;
  const AttemptResult result = transport->post(request);
  const Verdict verdict = judge(result, SystemClock().now());
  EXPECT_EQ(verdict.reason ? failure_word(*verdict.reason) : "", one.reason) << result.detail;
  EXPECT_EQ(verdict.success, std::string_view(one.reason).empty());
  EXPECT_EQ(verdict.ambiguous, one.ambiguous);
  EXPECT_EQ(verdict.status, one.status);
  const bool timed_out = verdict.reason == FailureReason::timeout;
  EXPECT_GE(result.duration, timed_out ? one.timeout : Duration::zero());
  EXPECT_LT(result.duration, one.timeout + kSlack);
}

const SenderCase kSenderCases[] = {
    {"status_500", R"({"sequence": [500]})", "status", true, 500},
    {"status_404", R"({"sequence": [404]})", "status", false, 404},
    {"delay", R"({"sequence": [{"delay": "10ms"}]})", "", false, 200},
    {"delay_past_the_deadline", R"({"sequence": [{"delay": "1h"}]})", "timeout", true, 0, kShort},
    {"dribble", R"({"sequence": [{"dribble": {"interval": "10us"}}]})", "", false, 200},
    {"dribble_past_the_deadline", R"({"sequence": [{"dribble": {"interval": "20ms"}}]})", "timeout",
     true, 0, kShort},
    {"dribble_in_pieces", R"({"sequence": [{"dribble": {"chunks": 9, "total": "20ms"}}]})", "",
     false, 200},
    {"slicer", R"({"sequence": [{"slicer": {"average_size": 5, "variation": 4, "delay": "1ms"}}]})",
     "", false, 200},
    {"bandwidth", R"({"sequence": [{"bandwidth": "1MB/s"}]})", "", false, 200},
    {"bandwidth_past_the_deadline", R"({"sequence": [{"bandwidth": "10B/s"}]})", "timeout", true, 0,
     kShort},
    {"empty_response", R"({"sequence": [{"empty_response": true}]})", "connection_closed", true},
    {"connection_reset_on_accept", R"({"sequence": [{"connection_reset": {"at": "on_accept"}}]})",
     "connection_closed", true},
    {"connection_reset", R"({"sequence": [{"connection_reset": true}]})", "connection_closed",
     true},
    {"connection_reset_after_headers",
     R"({"sequence": [{"connection_reset": {"at": "after_headers"}}]})", "connection_closed", true,
     200},
    {"connection_reset_in_body",
     R"({"sequence": [{"body": "hi", "connection_reset": {"at": "in_body"}}]})",
     "connection_closed", true, 200},
    {"malformed_status_line", R"({"sequence": [{"malformed": "status_line"}]})",
     "malformed_response", true},
    {"malformed_header", R"({"sequence": [{"malformed": "header"}]})", "malformed_response", true},
    {"malformed_chunk", R"({"sequence": [{"malformed": "chunk"}]})", "malformed_response", true,
     200},
    {"malformed_content_length", R"({"sequence": [{"malformed": "content_length"}]})",
     "connection_closed", true, 200},
    {"malformed_endless_headers", R"({"sequence": [{"malformed": "endless_headers"}]})",
     "malformed_response", true},
    {"malformed_huge_header", R"({"sequence": [{"malformed": "huge_header"}]})",
     "malformed_response", true},
    {"blackhole", R"({"sequence": [{"blackhole": true}]})", "timeout", true, 0, kShort},
    {"limit_data_in_the_head", R"({"sequence": [{"limit_data": 30}]})", "connection_closed", true},
    {"limit_data_in_the_body", R"({"sequence": [{"limit_data": 105, "body": "0123456789"}]})",
     "connection_closed", true, 200},
    {"slow_close", R"({"sequence": [{"slow_close": "10ms"}]})", "", false, 200},
    {"slow_close_past_the_deadline", R"({"sequence": [{"slow_close": "1h"}]})", "timeout", true,
     200, kShort},
    {"endless_body", R"({"sequence": [{"endless_body": true}]})", "timeout", true, 200, kShort},
    {"refuse", R"({"refuse": true})", "connect_refused", false},
    {"rate_limit", R"({"sequence": [{"rate_limit": {"requests": 0, "window": "1m"}}]})", "status",
     false, 429},
    {"accept_then_lose", R"({"sequence": [{"accept_then_lose": true}]})", "connection_closed",
     true},
    {"tls_valid", R"({"tls": "valid"})", "", false, 200},
    {"tls_expired", R"({"tls": "expired"})", "tls_error", false},
    {"tls_wrong_host", R"({"tls": "wrong_host"})", "tls_error", false},
    {"tls_untrusted", R"({"tls": "untrusted"})", "tls_error", false},
    {"tls_handshake_failure", R"({"tls": "handshake_failure"})", "tls_error", false},
    {"tls_reset_on_accept",
     R"({"tls": "valid", "sequence": [{"connection_reset": {"at": "on_accept"}}]})", "tls_error",
     false},
    {"outage", R"({"outage": {}})", "connect_refused", false},
    {"redirect", R"({"sequence": [{"redirect": "https://elsewhere.example/"}]})", "status", false,
     302},
};

INSTANTIATE_TEST_SUITE_P(Table, SenderMeets, testing::ValuesIn(kSenderCases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace roomle_sim::test
