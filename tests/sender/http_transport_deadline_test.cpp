// Whatever the peer does, a post ends at its deadline: here wall-clock times are the matter.
#include <algorithm>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <unistd.h>

#include "tests/sender/http_transport_fixture.h"

namespace roomle_sim {
namespace {

constexpr Duration kTimeout = 400ms;

// Memory that is resident now.
long resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long all = 0;
  long resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// The post ends at its deadline, within the 100 ms of the contract, and with memory flat. On a busy
// machine a thread that is due may wait longer for its turn: hence three tries, of which a mistake
// of ours would spoil each.
AttemptResult expect_deadline(const std::function<AttemptResult()>& post, const std::string& word) {
  constexpr int kTries = 3;
  const Duration latest = kTimeout + 100ms * kSlowness;
  for (int left = kTries - 1;; --left) {
    const long before = resident_bytes();
    AttemptResult result = post();
    if (result.duration > latest && left > 0) continue;
    EXPECT_EQ(reason(result), word) << result.detail;
    EXPECT_GE(result.duration, kTimeout);
    EXPECT_LE(result.duration, latest);
    EXPECT_FALSE(result.interrupted);
    if (kSlowness == 1) {
      EXPECT_LT(resident_bytes() - before, 20 << 20);
    }
    return result;
  }
}

AttemptResult expect_deadline_with(const RawServer::Handler& handler, const std::string& word) {
  const RawServer server(handler);
  const auto transport = make_transport();
  return expect_deadline([&] { return transport->post(to_url(server.url(), kTimeout)); }, word);
}

// A byte every 50 ms, for ever: a time-out that each byte starts anew would never end it.
RawServer::Handler dripping(const std::string& start, char byte) {
  return [=](RawConnection& connection) {
    connection.read_request();
    connection.send(start);
    while (connection.send(std::string(1, byte)) && connection.pause(50ms)) {
    }
  };
}

// The same piece again and again, as fast as it goes.
RawServer::Handler endless(const std::string& start, const std::string& piece) {
  return [=](RawConnection& connection) {
    connection.read_request();
    connection.send(start);
    while (connection.send(piece)) {
    }
  };
}

TEST(HttpTransportDeadline, EndsAPeerThatNeverAnswers) {
  const auto silent = [](RawConnection& connection) {
    connection.read_request();
    connection.wait_for_close();
  };
  const AttemptResult result = expect_deadline_with(silent, "timeout");
  EXPECT_TRUE(result.request_sent);
  EXPECT_FALSE(result.response);
}

TEST(HttpTransportDeadline, EndsADrippingHead) {
  expect_deadline_with(dripping("HTTP/1.1 200 OK\r\nX: ", 'y'), "timeout");
}

TEST(HttpTransportDeadline, EndsADrippingStatusLine) {
  expect_deadline_with(dripping("HTTP/1.1 200 O", 'K'), "timeout");
}

TEST(HttpTransportDeadline, EndsADrippingBodyAndKeepsStatusAndHeaders) {
  const AttemptResult result = expect_deadline_with(
      dripping("HTTP/1.1 503 No\r\nA: b\r\nContent-Length: 99\r\n\r\n", 'z'), "timeout");
  ASSERT_TRUE(result.response);
  EXPECT_EQ(result.response->status, 503);
  EXPECT_EQ(result.response->headers.front().second, "b");
  EXPECT_GE(result.response->body.size(), 2U) << "each byte but the last came in time";
  EXPECT_EQ(result.response->body.find_first_not_of('z'), std::string::npos);
}

TEST(HttpTransportDeadline, EndsAPeerThatReadsNothing) {
  const RawServer server([](RawConnection& connection) { connection.pause(20s); });
  AttemptRequest request = to_url(server.url(), kTimeout);
  request.body.assign(16u << 20, 'x');
  const auto transport = make_transport();
  const AttemptResult result = expect_deadline([&] { return transport->post(request); }, "timeout");
  EXPECT_FALSE(result.request_sent);
}

TEST(HttpTransportDeadline, EndsAnEndlessBody) {
  const std::string piece(256 * 1024, 'x');
  const AttemptResult result =
      expect_deadline_with(endless("HTTP/1.1 200 OK\r\n\r\n", piece), "timeout");
  ASSERT_TRUE(result.response);
  EXPECT_EQ(result.response->body.size(), kBodyCap);
  EXPECT_TRUE(result.response->body_cut);
}

TEST(HttpTransportDeadline, EndsEndlessChunksAndTheirExtensions) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect_deadline_with(endless(head, "1\r\nx\r\n"), "timeout");
  expect_deadline_with(endless(head + "FFFFFFFFFFFF\r\n", "some body"), "timeout");
}

TEST(HttpTransportDeadline, EndsANumberOfSlowPostsEachAtItsOwn) {
  const RawServer server([](RawConnection& connection) { connection.wait_for_close(); });
  const auto transport = make_transport();
  std::vector<std::thread> threads;
  threads.reserve(16);
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      expect_deadline([&] { return transport->post(to_url(server.url(), kTimeout)); }, "timeout");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpTransportDeadline, EndsAttemptsToConnect) {
  const SilentPort port;
  const auto transport = make_transport();
  const AttemptResult result = expect_deadline(
      [&] { return transport->post(to_url(port.url(), kTimeout)); }, "connect_timeout");
  EXPECT_FALSE(result.request_sent);
}

TEST(HttpTransportDeadline, EndsATlsHandshakeThatIsNotAnswered) {
  const RawServer server([](RawConnection& connection) { connection.wait_for_close(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  const auto transport = make_transport();
  expect_deadline([&] { return transport->post(to_url(url, kTimeout)); }, "connect_timeout");
}

TEST(HttpTransportDeadline, HoldsForAnEndlessBodyOverTls) {
  const TestCertificate certificate("IP:127.0.0.1");
  const RawServer server(endless("HTTP/1.1 200 OK\r\n\r\n", std::string(16384, 'x')),
                         std::make_shared<TlsServerContext>(certificate));
  HttpTransportOptions options;
  options.ca_cert_file = certificate.cert_file();
  options.system_authorities = false;  // reading them takes its time off the deadline
  const auto transport = make_transport(options);
  expect_deadline([&] { return transport->post(to_url(server.url(), kTimeout)); }, "timeout");
}

TEST(HttpTransportDeadline, ATimeoutOfZeroOrForEverIsTakenAtItsWord) {
  const RawServer server(answer_with(std::string(kOk)));
  const auto transport = make_transport();
  EXPECT_TRUE(transport->post(to_url(server.url(), 0s)).error);
  EXPECT_EQ(reason(transport->post(to_url(server.url(), Duration::max()))), "none");
}

}  // namespace
}  // namespace roomle_sim
