// The endpoint over real sockets: what it answers in order, what it remembers, how it starts.
#include <atomic>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(EndpointServer, AnswersBySequenceOnOneConnection) {
  const auto server = start_endpoint(
      R"({"sequence": [{"status": 503, "headers": {"Retry-After": "5"}, "body": "down"}, 204, 299]})");
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) client.send(good_post());
  EXPECT_EQ(client.read_response(),
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 4\r\n\r\ndown");
  EXPECT_EQ(client.read_response(), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(client.read_response(), "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
}

TEST(EndpointServer, RemembersWhatCameBeforeItAnswers) {
  const auto server = start_endpoint();
  RawClient client(server->port());
  client.send(raw_post(kBody, {{"X-Odd", "100%41"}, {"token", token_of(SystemClock().now())}},
                       "/roomle?tenant=42"));
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 1U);
  const ReceivedRequest& request = requests[0];
  EXPECT_EQ(request.number, 1U);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/roomle?tenant=42");
  EXPECT_EQ(request.headers.at(0), (std::pair<std::string, std::string>("Host", "localhost")));
  EXPECT_EQ(*request.header("x-odd"), "100%41");
  EXPECT_EQ(request.header("absent"), nullptr);
  EXPECT_EQ(request.body, kBody);
  EXPECT_EQ(request.event, "email.savedConfiguration");
  EXPECT_EQ(request.data.at("email"), "targetEmail@gmail.com");
  EXPECT_EQ(request.token.verdict, TokenVerdict::authenticated);
  EXPECT_EQ(request.token.content->api_key, kApiKey);
  EXPECT_EQ(request.tenant_id, 42);
  EXPECT_THAT(request.problems, IsEmpty());
  EXPECT_EQ(request.plan.status, 200);
}

TEST(EndpointServer, ParallelRequestsGetEachEntryOnce) {
  constexpr int kRequests = 200;
  std::string sequence;
  for (int i = 0; i < kRequests; ++i) {
    sequence += (i > 0 ? "," : "") + ("{\"body\":\"entry " + std::to_string(i) + "\"}");
  }
  const auto server = start_endpoint(R"({"sequence": [)" + sequence + R"(], "then": "fail"})");
  std::vector<std::string> answers(kRequests);
  std::vector<std::thread> threads;
  std::atomic<int> ready{0};
  const std::string post = good_post();
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      RawClient client(server->port());
      ++ready;
      ready.notify_all();
      for (int seen = ready; seen < kRequests; seen = ready) ready.wait(seen);
      client.send(post);
      answer = client.read_response();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, int> bodies;
  for (const std::string& answer : answers) ++bodies[answer.substr(answer.find("\r\n\r\n") + 4)];
  EXPECT_EQ(bodies.size(), std::size_t{kRequests});
  EXPECT_EQ(server->counts().handled, std::uint64_t{kRequests});
  EXPECT_EQ(server->counts().unexpected, 0U);
}

TEST(EndpointServer, CountsAnswersProblemsAndUnexpectedRequests) {
  const auto server = start_endpoint(R"({"sequence": [503, 200], "then": "fail"})");
  RawClient client(server->port());
  client.send(good_post() + raw_post("{}") + good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 500"));
  const EndpointCounts counts = server->counts();
  EXPECT_EQ(counts.handled, 3U);
  EXPECT_EQ(counts.unexpected, 1U);
  EXPECT_EQ(counts.with_problems, 2U);
  EXPECT_THAT(counts.answers, ElementsAre(std::pair<const std::string, std::uint64_t>("200", 1),
                                          std::pair<const std::string, std::uint64_t>("500", 1),
                                          std::pair<const std::string, std::uint64_t>("503", 1)));
}

TEST(EndpointServer, WaitForReturnsWhenTheRequestIsThere) {
  const auto server = start_endpoint();
  std::thread sender([&] {
    RawClient client(server->port());
    client.send(good_post());
    client.read_response();
  });
  EXPECT_TRUE(server->wait_for(1, soon()));
  sender.join();
  EXPECT_FALSE(server->wait_for(2, std::chrono::steady_clock::now()));
}

TEST(EndpointServer, TheObserverSeesEachRequestInOrder) {
  std::vector<std::uint64_t> numbers;
  EndpointOptions options;
  options.observer = [&](const ReceivedRequest& request) { numbers.push_back(request.number); };
  const auto server = start_endpoint(std::move(options));
  RawClient client(server->port());
  for (int i = 0; i < 5; ++i) {
    client.send(good_post());
    client.read_response();
  }
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 5));
}

TEST(EndpointServer, KeepsOnlyTheLatestRequests) {
  EndpointOptions options;
  options.keep = 2;
  const auto server = start_endpoint(std::move(options));
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(good_post());
    client.read_response();
  }
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].number, 2U);
  EXPECT_EQ(server->counts().handled, 3U);
}

TEST(EndpointServer, ATakenPortIsAnErrorThatNamesIt) {
  const auto server = start_endpoint();
  EndpointOptions options;
  options.port = server->port();
  const auto second = EndpointServer::start(std::move(options));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_EQ(second.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(server->port()) + ": the port is taken");
}

TEST(EndpointServer, AHostWithoutAddressIsAnError) {
  EndpointOptions options;
  options.host = "256.1.1.1";
  const auto server = EndpointServer::start(std::move(options));
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, ErrorCode::unavailable);
  EXPECT_THAT(server.error().message, HasSubstr("256.1.1.1"));
}

TEST(EndpointServer, APortIsFreeAgainAtOnceAfterStop) {
  auto server = start_endpoint();
  const std::uint16_t port = server->port();
  RawClient client(port);
  client.send(good_post());
  client.read_response();
  server->stop();
  server->stop();
  EndpointOptions options;
  options.port = port;
  EXPECT_EQ(start_endpoint(std::move(options))->url(),
            "http://127.0.0.1:" + std::to_string(port) + "/");
}

// On a machine without IPv6 the same call must say so, and name the address.
TEST(EndpointServer, ListensOnIpv6WithBracketsInItsUrlOrSaysThatThereIsNone) {
  EndpointOptions options;
  options.host = "::1";
  const auto server = EndpointServer::start(std::move(options));
  if (!server) {
    EXPECT_EQ(server.error().code, ErrorCode::unavailable);
    EXPECT_THAT(server.error().message, HasSubstr("::1"));
    return;
  }
  EXPECT_THAT((*server)->url(), StartsWith("http://[::1]:"));
  RawClient client((*server)->port(), "::1");
  client.send(good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200"));
}

TEST(EndpointServer, ABehaviourCanBeReplacedWhileConnectionsAreOpen) {
  const auto server = start_endpoint(R"({"sequence": [503, 502]})");
  RawClient client(server->port());
  client.send(good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 503"));
  EXPECT_FALSE(server->set_behavior(behavior_from(R"({"sequence": [201, 202]})")));
  client.send(good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201"));
}

TEST(EndpointServer, AnotherMethodIsAnswered405AndTakesNoEntry) {
  const auto server = start_endpoint(R"({"sequence": [201, 202]})");
  RawClient browser(server->port());
  browser.send("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(browser.read_all(), StartsWith("HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\n"));
  RawClient head(server->port());
  head.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(head.read_all(), testing::EndsWith("\r\n\r\n"));
  RawClient client(server->port());
  client.send(good_post());
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 201"));
  EXPECT_THAT(server->requests().at(0).problems, ElementsAre("the method is GET and not POST"));
}

}  // namespace
}  // namespace roomle_sim::test
