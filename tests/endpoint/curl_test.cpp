// Every fault seen from outside: by the programs curl and openssl, against a real endpoint.
#include <fstream>
#include <ostream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/endpoint/endpoint_fixture.h"
#include "tests/support/process.h"

namespace roomle_sim::test {
namespace {

using testing::HasSubstr;

// Exit codes of curl (curl(1), EXIT CODES).
constexpr int kFine = 0;
constexpr int kNotHttp = 1;
constexpr int kNoConnection = 7;
constexpr int kWeirdReply = 8;
constexpr int kPartial = 18;
constexpr int kOutOfMemory = 27;  // what it says of a header past its limit
constexpr int kTimeout = 28;
constexpr int kTlsHandshake = 35;
constexpr int kNothing = 52;
constexpr int kReceiving = 56;
constexpr int kCertificate = 60;

struct CurlCase {
  const char* name;
  const char* behavior;
  int exit_code;
  const char* out = "";      // of head and body
  const char* err = "";      // of what curl says
  double at_least = 0;       // seconds that it takes
  const char* limit = "20";  // seconds that curl waits
};

std::ostream& operator<<(std::ostream& out, const CurlCase& one) {
  return out << one.name;
}

class SeenByCurl : public testing::TestWithParam<CurlCase> {};

TEST_P(SeenByCurl, TheFaultIsWhatItsNameSays) {
  const CurlCase& one = GetParam();
  const auto server = start_endpoint(one.behavior);
  const TemporaryFolder folder;
  const std::string trusted = folder.file("ca.pem", server->authority());
  std::vector<std::string> command = {"curl", "-q",  "-sS", "--noproxy",
                                      "*",    "-i",  "-m",  one.limit,
                                      "-d",   kBody, "-w",  "\ntime_total=%{time_total}"};
  if (!server->authority().empty()) command.insert(command.end(), {"--cacert", trusted});
  command.push_back(server->url());
  const ProcessResult result = run_process(command);
  // An endless body is seen by its first bytes.
  const std::string out = result.out.substr(0, 100'000);
  EXPECT_EQ(result.exit_code, one.exit_code) << result.err;
  EXPECT_THAT(out, HasSubstr(one.out));
  EXPECT_THAT(result.err, HasSubstr(one.err));
  const std::size_t time = result.out.rfind("time_total=");
  ASSERT_NE(time, std::string::npos);
  EXPECT_GE(std::stod(result.out.substr(time + 11)), one.at_least);
}

const CurlCase kCurlCases[] = {
    {"status",
     R"({"sequence": [{"status": 503, "headers": {"Retry-After": "5"}, "body": "down"}]})", kFine,
     "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"},
    {"delay", R"({"sequence": [{"delay": "150ms"}]})", kFine, "200 OK", "", 0.15},
    {"delay_uniform",
     R"({"sequence": [{"delay": {"uniform": {"lower": "50ms", "upper": "60ms"}}}]})", kFine,
     "200 OK", "", 0.05},
    {"delay_lognormal",
     R"({"sequence": [{"delay": {"lognormal": {"median": "50ms", "sigma": 0, "max": "1s"}}}]})",
     kFine, "200 OK", "", 0.05},
    {"dribble", R"({"sequence": [{"body": "hi", "dribble": {"interval": "2ms"}}]})", kFine,
     "\r\nhi", "", 0.08},
    {"dribble_in_pieces",
     R"({"sequence": [{"body": "hi", "dribble": {"chunks": 4, "total": "150ms"}}]})", kFine,
     "\r\nhi", "", 0.15},
    {"slicer",
     R"({"sequence": [{"slicer": {"average_size": 10, "variation": 2, "delay": "20ms"}}]})", kFine,
     "200 OK", "", 0.05},
    {"bandwidth",
     R"({"sequence": [{"bandwidth": "500B/s", "body": ")"
     "0123456789012345678901234567890123456789"
     R"("}]})",
     kFine, "56789", "", 0.15},
    {"empty_response", R"({"sequence": [{"empty_response": true}]})", kNothing, "", "Empty reply"},
    {"connection_reset_on_accept", R"({"sequence": [{"connection_reset": {"at": "on_accept"}}]})",
     kReceiving, "", "Connection reset by peer"},
    {"connection_reset", R"({"sequence": [{"connection_reset": true}]})", kReceiving, "",
     "Connection reset by peer"},
    {"connection_reset_after_headers",
     R"({"sequence": [{"body": "hi", "connection_reset": {"at": "after_headers"}}]})", kReceiving,
     "200 OK", "Connection reset by peer"},
    {"connection_reset_in_body",
     R"({"sequence": [{"body": "hello", "connection_reset": {"at": "in_body"}}]})", kReceiving,
     "\r\n\r\nhe", "Connection reset by peer"},
    {"accept_then_lose", R"({"sequence": [{"accept_then_lose": true}]})", kReceiving, "",
     "Connection reset by peer"},
    {"malformed_status_line", R"({"sequence": [{"malformed": "status_line"}]})", kNotHttp, "",
     "HTTP/0.9"},
    {"malformed_header", R"({"sequence": [{"malformed": "header"}]})", kWeirdReply, "",
     "Header without colon"},
    {"malformed_chunk", R"({"sequence": [{"malformed": "chunk"}]})", kReceiving, "200 OK",
     "chunked-encoding"},
    {"malformed_content_length", R"({"sequence": [{"malformed": "content_length"}]})", kPartial,
     "200 OK", "10 bytes remaining"},
    {"malformed_endless_headers", R"({"sequence": [{"malformed": "endless_headers"}]})", kReceiving,
     "X-Endless-1: ", "Too large response headers"},
    {"malformed_huge_header", R"({"sequence": [{"malformed": "huge_header"}]})", kOutOfMemory},
    {"blackhole", R"({"sequence": [{"blackhole": true}]})", kTimeout, "", "0 bytes received", 0.25,
     "0.3"},
    {"limit_data",
     R"({"sequence": [{"limit_data": 110, "body": ")"
     "0123456789012345678901234567890123456789"
     R"("}]})",
     kPartial, "200 OK", "bytes remaining"},
    {"slow_close", R"({"sequence": [{"slow_close": "150ms", "body": "hi"}]})", kFine,
     "Connection: close\r\n\r\nhi", "", 0.15},
    {"slow_close_too_slow", R"({"sequence": [{"slow_close": "1h", "body": "hi"}]})", kTimeout,
     "\r\n\r\nhi", "timed out", 0.25, "0.3"},
    {"endless_body", R"({"sequence": [{"endless_body": true, "body": "abc"}]})", kTimeout, "abcabc",
     "timed out", 0.25, "0.3"},
    {"refuse", R"({"refuse": true})", kNoConnection, "", "Failed to connect"},
    {"rate_limit", R"({"sequence": [{"rate_limit": {"requests": 0, "window": "30s"}}]})", kFine,
     "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\n"},
    {"outage", R"({"outage": {}})", kNoConnection, "", "Failed to connect"},
    {"redirect", R"({"sequence": [{"redirect": {"location": "/there", "status": 307}}]})", kFine,
     "HTTP/1.1 307 Temporary Redirect\r\nLocation: /there\r\n"},
    {"by_event", R"({"by": [{"event": "email.savedConfiguration", "status": 410}]})", kFine, "410"},
    {"by_probability", R"({"by": [{"probability": 1, "status": 418}]})", kFine, "418"},
    {"tls_valid", R"({"tls": "valid", "sequence": [{"body": "hi"}]})", kFine, "\r\n\r\nhi"},
    {"tls_expired", R"({"tls": "expired"})", kCertificate, "", "certificate has expired"},
    {"tls_wrong_host", R"({"tls": "wrong_host"})", kCertificate, "",
     "no alternative certificate subject name matches"},
    {"tls_untrusted", R"({"tls": "untrusted"})", kCertificate, "",
     "unable to get local issuer certificate"},
    {"tls_handshake_failure", R"({"tls": "handshake_failure"})", kTlsHandshake, "",
     "alert handshake failure"},
    {"tls_reset_on_accept",
     R"({"tls": "valid", "sequence": [{"connection_reset": {"at": "on_accept"}}]})", kTlsHandshake,
     "", "Connection reset by peer"},
};

INSTANTIATE_TEST_SUITE_P(Table, SeenByCurl, testing::ValuesIn(kCurlCases),
                         [](const auto& one) { return std::string(one.param.name); });

// What `openssl s_client` says of the endpoint, whose authority it trusts.
std::string s_client(const EndpointServer& server, const std::vector<std::string>& more = {}) {
  const TemporaryFolder folder;
  std::vector<std::string> command = {"openssl",    "s_client",
                                      "-connect",   fmt::format("127.0.0.1:{}", server.port()),
                                      "-CAfile",    folder.file("ca.pem", server.authority()),
                                      "-verify_ip", "127.0.0.1"};
  command.insert(command.end(), more.begin(), more.end());
  const ProcessResult result = run_process(command);
  return result.out + result.err;
}

TEST(SeenByOpenssl, TheCertificatesAreWhatTheirNamesSay) {
  const auto verdict = [](const std::string& mode) {
    const auto server = start_endpoint(R"({"tls": ")" + mode + "\"}");
    return s_client(*server);
  };
  EXPECT_THAT(verdict("valid"), HasSubstr("Verification: OK"));
  EXPECT_THAT(verdict("expired"), HasSubstr("certificate has expired"));
  EXPECT_THAT(verdict("wrong_host"), HasSubstr("IP address mismatch"));
  EXPECT_THAT(verdict("untrusted"), HasSubstr("unable to get local issuer certificate"));
  EXPECT_THAT(verdict("handshake_failure"), HasSubstr("alert handshake failure"));
}

TEST(SeenByOpenssl, BothVersionsOfTlsAreSpoken) {
  const auto server = start_endpoint(R"({"tls": "valid"})");
  EXPECT_THAT(s_client(*server, {"-tls1_2"}), HasSubstr("TLSv1.2"));
  EXPECT_THAT(s_client(*server, {"-tls1_3"}), HasSubstr("TLSv1.3"));
}

}  // namespace
}  // namespace roomle_sim::test
