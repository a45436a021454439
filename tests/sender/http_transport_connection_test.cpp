// How connections come about, are kept, and are not.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/sender/http_transport_fixture.h"

namespace roomle_sim {
namespace {

// For a thing that another thread brings about.
class Count {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++value_;
    changed_.notify_all();
  }
  bool reaches(int value) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return value_ >= value; });
  }
  int value() {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

TEST(HttpTransportConnection, IsKeptForTheNextPost) {
  const RawServer server(answer_with(std::string(kOk)));
  const auto transport = make_transport();
  EXPECT_FALSE(transport->post(to_url(server.url())).reused_connection);
  EXPECT_TRUE(transport->post(to_url(server.url())).reused_connection);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransportConnection, IsNotSharedBetweenTenants) {
  const RawServer server(answer_with(std::string(kOk)));
  const auto transport = make_transport();
  AttemptRequest request = to_url(server.url());
  EXPECT_EQ(reason(transport->post(request)), "none");
  request.pool_key = "43";
  EXPECT_FALSE(transport->post(request).reused_connection);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpTransportConnection, IsNotKeptWhenTheAnswerSaysSo) {
  for (const std::string head :
       {"HTTP/1.1 200 OK\r\nConnection: Close\r\n", "HTTP/1.1 200 OK\r\nConnection: x, close\r\n",
        "HTTP/1.0 200 OK\r\n"}) {
    const RawServer server(answer_with(head + "Content-Length: 2\r\n\r\nok"));
    const auto transport = make_transport();
    EXPECT_EQ(reason(transport->post(to_url(server.url()))), "none");
    EXPECT_FALSE(transport->post(to_url(server.url())).reused_connection) << head;
  }
}

TEST(HttpTransportConnection, IsNotKeptWithBytesThatNobodyAskedFor) {
  const RawServer server(answer_with(std::string(kOk) + "HTTP/1.1 200 OK\r\n"));
  const auto transport = make_transport();
  EXPECT_EQ(reason(transport->post(to_url(server.url()))), "none");
  const AttemptResult second = transport->post(to_url(server.url()));
  EXPECT_EQ(reason(second), "none") << second.detail;
  EXPECT_FALSE(second.reused_connection);
}

TEST(HttpTransportConnection, IsNotKeptPastItsIdleLimit) {
  const RawServer server(answer_with(std::string(kOk)));
  HttpTransportOptions options;
  options.idle_limit = 0s;
  const auto transport = make_transport(options);
  EXPECT_EQ(reason(transport->post(to_url(server.url()))), "none");
  EXPECT_FALSE(transport->post(to_url(server.url())).reused_connection);
}

// The endpoint closes after each answer without saying so; no post may fail by that, and none may
// arrive twice.
TEST(HttpTransportConnection, ClosedMeanwhileIsNoFailedAttempt) {
  Count requests;
  Count closed;
  const RawServer server([&](RawConnection& connection) {
    if (connection.read_request().empty()) return;
    requests.add();
    connection.send(kOk);
    connection.shut_down();
    closed.add();
  });
  const auto transport = make_transport();
  for (int i = 1; i <= 20; ++i) {
    const AttemptResult result = transport->post(to_url(server.url()));
    EXPECT_EQ(reason(result), "none") << result.detail;
    ASSERT_TRUE(closed.reaches(i));
  }
  EXPECT_EQ(requests.value(), 20);
}

TEST(HttpTransportConnection, ARequestThatGotNoAnswerIsNotSentAgain) {
  Count requests;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send(kOk);
    if (!connection.read_request().empty()) requests.add();
  });
  const auto transport = make_transport();
  EXPECT_EQ(reason(transport->post(to_url(server.url()))), "none");
  const AttemptResult second = transport->post(to_url(server.url()));
  EXPECT_EQ(reason(second), "connection_closed");
  EXPECT_TRUE(second.reused_connection);
  EXPECT_TRUE(second.request_sent);
  EXPECT_EQ(requests.value(), 1);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransportConnection, RedirectsAreNotFollowed) {
  const RawServer target(answer_with(std::string(kOk)));
  for (const int status : {301, 302, 303, 307, 308}) {
    const AttemptResult result =
        post_once("HTTP/1.1 " + std::to_string(status) + " Go\r\nLocation: " + target.url() +
                  "\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(result.response) << result.detail;
    EXPECT_EQ(result.response->status, status);
    EXPECT_FALSE(result.error);
  }
  EXPECT_EQ(target.connections(), 0);
}

TEST(HttpTransportConnection, RefusedIsSaidWithTheAddress) {
  const RefusingPort port;
  const AttemptResult result = make_transport()->post(to_url(port.url()));
  EXPECT_EQ(reason(result), "connect_refused");
  EXPECT_NE(result.detail.find("connection refused by 127.0.0.1:"), std::string::npos)
      << result.detail;
  EXPECT_FALSE(result.request_sent);
  EXPECT_FALSE(result.response);
}

TEST(HttpTransportConnection, ANameWithoutAnAddressIsADnsError) {
  const AttemptResult result = make_transport()->post(to_url("http://nothing.invalid/", 5s));
  EXPECT_EQ(reason(result), "dns_error");
  EXPECT_NE(result.detail.find("nothing.invalid"), std::string::npos) << result.detail;
}

TEST(HttpTransportConnection, LocalhostNeedsNoLookUp) {
  const RawServer server(answer_with(std::string(kOk)));
  EXPECT_EQ(reason(make_transport()->post(to_url(server.url("localhost")))), "none");
}

TEST(HttpTransportConnection, AWrongUrlIsAResultToo) {
  EXPECT_EQ(reason(make_transport()->post(to_url("nonsense"))), "dns_error");
}

TEST(HttpTransportConnection, ManyThreadsPostAtOnce) {
  Count requests;
  const RawServer server([&](RawConnection& connection) {
    for (;;) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      requests.add();
      const std::string body = request.substr(request.find("\r\n\r\n") + 4);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n" + body);
    }
  });
  const auto transport = make_transport();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 32; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        AttemptRequest request = to_url(server.url());
        request.pool_key = std::to_string(t % 5);
        request.body = std::to_string(t) + ":" + std::to_string(i);
        const AttemptResult result = transport->post(request);
        if (!result.error && result.response->body == request.body) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 32 * 50);
  EXPECT_EQ(requests.value(), 32 * 50);
}

TEST(HttpTransportConnection, InterruptEndsAHangingPost) {
  Count requests;
  const RawServer server([&](RawConnection& connection) {
    while (!connection.read_request().empty()) requests.add();
  });
  const auto transport = make_transport();
  AttemptResult result;
  std::thread poster([&] { result = transport->post(to_url(server.url(), 60s)); });
  EXPECT_TRUE(requests.reaches(1));
  transport->interrupt();
  poster.join();
  EXPECT_TRUE(result.interrupted);
  EXPECT_TRUE(result.error);
  EXPECT_TRUE(result.request_sent);
  EXPECT_LT(result.duration, 30s);
  const AttemptResult later = transport->post(to_url(server.url(), 60s));
  EXPECT_TRUE(later.interrupted);
  EXPECT_EQ(requests.value(), 1);
}

}  // namespace
}  // namespace roomle_sim
