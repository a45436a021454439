// The live stream over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/memory_journal.h"
#include "service/http_server.h"
#include "service/inspector_stream.h"
#include "tests/service/feed_fixture.h"
#include "tests/service/stream_fixture.h"
#include "tests/support/raw_client.h"

namespace roomle_sim {
namespace {

using test::append_one;
using test::make_record;
using test::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

class InspectorStreamServer : public ::testing::Test {
 protected:
  InspectorStreamServer() {
    Router router;
    router.add(Audience::inspector, "GET", "/sim/v1/stream",
               [this](const ApiRequest& request) { return stream_.respond(request); });
    auto started = HttpServer::start({}, std::move(router));
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
  }
  ~InspectorStreamServer() override {
    feed_.close();
    server_->stop();
  }

  void ask(RawClient& client, const std::string& method = "GET",
           const std::string& headers = {}) const {
    client.send(method + " /sim/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:" +
                std::to_string(server_->port()) + "\r\n" + headers + "\r\n");
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  static std::string read_until(RawClient& client, const std::string& wanted) {
    std::string text;
    while (text.find(wanted) == std::string::npos) {
      const std::string more = client.read_some(1);
      if (more.empty()) break;
      text += more;
    }
    return text;
  }

  MemoryJournal below_;
  Feed feed_{below_};
  TenantDirectory tenants_{TenantRegistry()};
  InspectorStream stream_{feed_, tenants_, 2};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(InspectorStreamServer, TellsWhatHappensAndGoesOnWhereItWasCutOff) {
  std::string id;
  {
    RawClient client(port());
    ask(client);
    EXPECT_THAT(read_until(client, "-0\n"), StartsWith("HTTP/1.1 200 "));
    append_one(feed_, make_record(record::Accepted{}));
    const std::string event = read_until(client, "\"}\n\n");
    EXPECT_THAT(event, HasSubstr("event: accepted\ndata: {\"delivery\":\"d-1\",\"tenant\":42,"));
    id = feed_.run_id() + "-1";
    EXPECT_THAT(event, HasSubstr("id: " + id + "\n"));
  }
  append_one(feed_, make_record(record::AttemptStarted{1}));
  RawClient again(port());
  ask(again, "GET", "Last-Event-ID: " + id + "\r\n");
  const std::string rest = read_until(again, "\"number\":1}\n\n");
  EXPECT_THAT(rest, HasSubstr("event: attempt_started\n"));
  EXPECT_THAT(rest, testing::Not(HasSubstr("event: accepted")));
  EXPECT_THAT(rest, testing::Not(HasSubstr("event: gap")));
}

// Nothing happens, so no write would ever find them gone.
TEST_F(InspectorStreamServer, ReadersThatAreGoneFreeTheirSlots) {
  for (int i = 0; i < 2; ++i) {
    RawClient client(port());
    ask(client);
    EXPECT_THAT(read_until(client, "\n\n"), StartsWith("HTTP/1.1 200 "));
  }
  // The service looks for them each second: till then the answer is 503.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string answer;
  do {
    RawClient client(port());
    ask(client);
    answer = read_until(client, "\r\n\r\n");
  } while (answer.starts_with("HTTP/1.1 503 ") && std::chrono::steady_clock::now() < until);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(InspectorStreamServer, AQuestionForTheHeadAloneTakesNoSlot) {
  for (int i = 0; i < 5; ++i) {
    RawClient client(port());
    ask(client, "HEAD");
    EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 200 "));
  }
}

TEST_F(InspectorStreamServer, ClosingTheFeedEndsTheConnectionInOrder) {
  RawClient client(port());
  ask(client);
  read_until(client, "\n\n");
  feed_.close();
  client.read_all();
  EXPECT_EQ(client.end(), test::StreamEnd::closed);
}

}  // namespace
}  // namespace roomle_sim
