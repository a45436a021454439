#include "service/inspector_stream.h"

#include <latch>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "journal/memory_journal.h"
#include "tests/service/feed_fixture.h"
#include "tests/service/stream_fixture.h"

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::append_one;
using test::Follower;
using test::make_record;
using test::SeenEvent;
using test::SeenStream;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TenantRegistry two_tenants() {
  TenantRegistry registry;
  for (const auto& [id, name] : {std::pair{42, "acme"}, std::pair{43, "other"}}) {
    Tenant tenant;
    tenant.id = id;
    tenant.name = name;
    registry.add(tenant);
  }
  return registry;
}

struct StreamWorld {
  explicit StreamWorld(std::size_t kept = 4096, std::size_t most_streams = 64,
                       Duration heartbeat = hours(1))
      : feed(below, kept), stream(feed, tenants, most_streams, heartbeat) {}

  ApiResponse open(const std::string& last_id = {}, const std::string& tenant = {}) {
    ApiRequest request;
    request.method = "GET";
    if (!last_id.empty()) request.headers.emplace_back("Last-Event-ID", last_id);
    if (!tenant.empty()) request.query.emplace_back("tenant", tenant);
    return stream.respond(request);
  }
  void append(int count, std::int64_t tenant = 42) {
    for (int i = 0; i < count; ++i) {
      append_one(feed, make_record(record::Accepted{}, "d-1", tenant));
    }
  }
  [[nodiscard]] std::string id(std::uint64_t number) const {
    return feed.run_id() + "-" + std::to_string(number);
  }

  MemoryJournal below;
  Feed feed;
  TenantDirectory tenants{two_tenants()};
  InspectorStream stream;
};

// What a reader is told until close() ends the stream: all that is there, so nothing is waited for.
std::string all_that_is_told(StreamWorld& world, const std::string& last_id,
                             const std::string& tenant = {}) {
  const ApiResponse response = world.open(last_id, tenant);
  EXPECT_EQ(response.status, 200) << response.body;
  world.feed.close();
  test::TextSink sink;
  response.stream(sink);
  return sink.text();
}

std::vector<std::string> ids(const SeenStream& seen) {
  std::vector<std::string> found;
  for (const SeenEvent& one : seen.events) found.push_back(one.id);
  return found;
}

nlohmann::json problem_of(const ApiResponse& response) {
  return json_from<nlohmann::json>(response.body).at("error");
}

TEST(InspectorStream, IsAnEventStreamThatNobodyKeeps) {
  StreamWorld world;
  const ApiResponse response = world.open();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/event-stream");
  EXPECT_THAT(response.headers, testing::Contains(testing::Pair("Cache-Control", "no-store")));
}

TEST(InspectorStream, BeginsWithTheWaitBeforeAReconnectAndWithAPosition) {
  StreamWorld world;
  world.append(3);
  EXPECT_EQ(all_that_is_told(world, ""), "retry: 1000\nid: " + world.id(3) + "\n\n");
}

TEST(InspectorStream, TellsWhatComesAfterItWasOpened) {
  StreamWorld world;
  world.append(2);
  const ApiResponse response = world.open();
  world.append(2);
  world.feed.close();
  test::TextSink sink;
  response.stream(sink);
  EXPECT_THAT(ids(sink.seen()), ElementsAre(world.id(3), world.id(4)));
}

TEST(InspectorStream, EachRecordIsAnEventOfItsNameAndMembers) {
  StreamWorld world;
  Verdict failed;
  failed.reason = FailureReason::status;
  failed.status = 503;
  failed.ambiguous = true;
  Verdict fine;
  fine.success = true;
  fine.status = 204;
  MailCause cause;
  cause.attempts = 2;
  cause.ambiguous_attempts = 1;
  cause.last = failed;
  const std::vector<Record> records{record::Accepted{},
                                    record::Accepted{test::at_second(61)},
                                    record::AttemptStarted{1},
                                    record::AttemptFinished{1, failed},
                                    record::RetryScheduled{2, test::at_second(5)},
                                    record::AttemptFinished{2, fine},
                                    record::MailStarted{cause},
                                    record::MailFinished{true},
                                    record::Ended{Outcome::mailed, 2, 1}};
  for (const Record& one : records) append_one(world.feed, make_record(one));
  const SeenStream seen = test::read_stream(all_that_is_told(world, world.id(0)));
  ASSERT_EQ(seen.events.size(), records.size());
  const std::string head =
      R"x({"delivery":"d-1","tenant":42,"event":"email.savedConfiguration","at":"2019-12-20T00:00:00.000Z")x";
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"accepted", "}"},
      {"accepted", R"x(,"notBefore":"2019-12-20T00:01:01.000Z"})x"},
      {"attempt_started", R"x(,"number":1})x"},
      {"attempt_finished",
       R"x(,"number":1,"success":false,"reason":"status","status":503,"ambiguous":true,"lost":false})x"},
      {"retry_scheduled", R"x(,"number":2,"due":"2019-12-20T00:00:05.000Z"})x"},
      {"attempt_finished",
       R"x(,"number":2,"success":true,"status":204,"ambiguous":false,"lost":false})x"},
      {"mail_started", R"x(,"cause":"status 503","possiblySecond":true})x"},
      {"mail_finished", R"x(,"handedOver":true})x"},
      {"ended", R"x(,"outcome":"mailed","attempts":2,"ambiguousAttempts":1})x"}};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(seen.events[i].type, wanted[i].first);
    EXPECT_EQ(seen.events[i].data, json_from<nlohmann::json>(head + wanted[i].second));
    EXPECT_EQ(seen.events[i].id, world.id(i + 1));
  }
}

TEST(InspectorStream, ATypeThatIsNoUtf8AndHasNewlinesStaysOneLine) {
  StreamWorld world;
  append_one(world.feed, make_record(record::Accepted{}, "d-1", 42, "a\n\nid: 7\xff"));
  const SeenStream seen = test::read_stream(all_that_is_told(world, world.id(0)));
  ASSERT_EQ(seen.events.size(), 1U);
  EXPECT_EQ(seen.events[0].data["event"], "a\n\nid: 7\xEF\xBF\xBD");
  EXPECT_EQ(seen.last_id, world.id(1));
}

TEST(InspectorStream, GoesOnBehindTheLastEventThatWasSeen) {
  StreamWorld world;
  world.append(5);
  const SeenStream seen = test::read_stream(all_that_is_told(world, world.id(3)));
  EXPECT_THAT(ids(seen), ElementsAre(world.id(4), world.id(5)));
  EXPECT_EQ(seen.events[0].type, "accepted") << "no gap";
}

TEST(InspectorStream, AnIdThatIsNotKeptAnyMoreIsAGapBeforeWhatIs) {
  StreamWorld world(3);
  world.append(10);
  const SeenStream seen = test::read_stream(all_that_is_told(world, world.id(2)));
  ASSERT_THAT(ids(seen), ElementsAre(world.id(7), world.id(8), world.id(9), world.id(10)));
  EXPECT_EQ(seen.events[0].type, "gap");
  EXPECT_EQ(seen.events[0].data["reason"], "not_kept");
  EXPECT_THAT(seen.events[0].data["message"], HasSubstr("not kept"));
}

TEST(InspectorStream, TheOldestThatIsKeptIsNoGap) {
  StreamWorld world(3);
  world.append(10);
  const SeenStream seen = test::read_stream(all_that_is_told(world, world.id(7)));
  EXPECT_THAT(ids(seen), ElementsAre(world.id(8), world.id(9), world.id(10)));
}

TEST(InspectorStream, AnIdOfAnotherRunIsOneGapBeforeWhatIsKept) {
  StreamWorld world(3);
  world.append(10);
  const SeenStream seen = test::read_stream(all_that_is_told(world, "0123456789abcdef-8"));
  ASSERT_THAT(ids(seen), ElementsAre(world.id(7), world.id(8), world.id(9), world.id(10)));
  EXPECT_EQ(seen.events[0].type, "gap");
  EXPECT_EQ(seen.events[0].data["reason"], "other_run");
}

TEST(InspectorStream, WhoIsCutOffBehindAGapIsNotToldOfItAgain) {
  for (const int appended : {0, 2, 10}) {
    StreamWorld world(3);
    world.append(appended);
    const SeenStream told = test::read_stream(all_that_is_told(world, "0123456789abcdef-8"));
    ASSERT_FALSE(told.events.empty());
    EXPECT_EQ(told.events[0].type, "gap");
    const std::string id = told.events[0].id;
    ASSERT_NE(id, "") << appended;
    const SeenStream again = test::read_stream(all_that_is_told(world, id));
    ASSERT_EQ(again.events.size(), told.events.size() - 1) << appended;
    for (const SeenEvent& one : again.events) EXPECT_EQ(one.type, "accepted");
  }
}

TEST(InspectorStream, AnIdThatWasNeverGivenIsAGap) {
  for (const char* behind : {"-11", "-", "-1x", "- 1", "--1", "-99999999999999999999"}) {
    StreamWorld world;
    world.append(10);
    const SeenStream seen =
        test::read_stream(all_that_is_told(world, world.feed.run_id() + behind));
    ASSERT_EQ(seen.events.size(), 11U) << behind;
    EXPECT_EQ(seen.events[0].type, "gap") << behind;
    EXPECT_EQ(seen.events[0].data["reason"], "unknown_id") << behind;
  }
}

TEST(InspectorStream, AReaderThatFallsBehindWhatIsKeptIsToldOfTheGap) {
  // Holds the stream up in its first write until the feed has moved on.
  class SlowSink : public test::TextSink {
   public:
    explicit SlowSink(std::latch& go_on) : go_on_(go_on) {}
    bool write(std::string_view bytes) override {
      const bool more = TextSink::write(bytes);
      if (seen().events.size() == 1) go_on_.wait();
      return more;
    }

   private:
    std::latch& go_on_;
  };
  StreamWorld world(3);
  const ApiResponse response = world.open();
  std::latch go_on(1);
  SlowSink sink(go_on);
  world.append(1);
  std::jthread reader([&] { response.stream(sink); });
  const bool first =
      sink.wait_until([](const SeenStream& seen) { return seen.events.size() == 1; });
  world.append(9);
  world.feed.close();
  go_on.count_down();
  reader.join();
  ASSERT_TRUE(first);
  const SeenStream seen = sink.seen();
  ASSERT_THAT(ids(seen),
              ElementsAre(world.id(1), world.id(7), world.id(8), world.id(9), world.id(10)));
  EXPECT_EQ(seen.events[1].type, "gap");
}

TEST(InspectorStream, ATenantsStreamHasThatTenantsEventsAlone) {
  for (const char* tenant : {"43", "other"}) {
    StreamWorld world;
    world.append(1, 42);
    world.append(1, 43);
    world.append(1, 42);
    world.append(1, 43);
    const SeenStream seen = test::read_stream(all_that_is_told(world, world.id(0), tenant));
    EXPECT_THAT(ids(seen), ElementsAre(world.id(2), world.id(4))) << tenant;
  }
}

TEST(InspectorStream, AnUnknownTenantIsRefusedWithASuggestion) {
  StreamWorld world;
  const ApiResponse response = world.open("", "acm");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(problem_of(response)["code"], "bad_value");
  EXPECT_EQ(problem_of(response)["where"], "query parameter 'tenant'");
  EXPECT_THAT(problem_of(response)["message"], HasSubstr("acme"));
  EXPECT_EQ(world.open("", "44").status, 400);
}

TEST(InspectorStream, AnUnknownParameterIsRefused) {
  StreamWorld world;
  ApiRequest request;
  request.query.emplace_back("tenants", "42");
  const ApiResponse response = world.stream.respond(request);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(problem_of(response)["where"], "query parameter 'tenants'");
}

TEST(InspectorStream, AQuietStreamHasHeartbeats) {
  StreamWorld world(16, 64, milliseconds(5));
  Follower follower(world.open());
  EXPECT_TRUE(
      follower.sink.wait_until([](const SeenStream& seen) { return seen.heartbeats >= 3; }));
}

TEST(InspectorStream, AFilteredStreamHasHeartbeatsHoweverBusyOtherTenantsAre) {
  StreamWorld world(4096, 64, milliseconds(50));
  Follower follower(world.open("", "acme"));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (follower.sink.seen().heartbeats < 3 && std::chrono::steady_clock::now() < until) {
    world.append(1, 43);
  }
  EXPECT_GE(follower.sink.seen().heartbeats, 3U);
  // A reader that is outrun is told of a gap, but of no event that is not the tenant's.
  for (const SeenEvent& one : follower.sink.seen().events) EXPECT_EQ(one.type, "gap");
}

TEST(InspectorStream, AFilteredStreamsPositionMovesOnSoThatAReconnectIsNoGap) {
  StreamWorld world(8, 64, milliseconds(5));
  std::string last_id;
  {
    Follower follower(world.open("", "acme"));
    for (int i = 0; i < 100; ++i) {
      world.append(1, 43);
      // Never so many at once that the reader could miss some.
      const std::string id = world.id(static_cast<std::uint64_t>(i) + 1);
      if (i % 4 != 3) continue;
      ASSERT_TRUE(
          follower.sink.wait_until([&](const SeenStream& seen) { return seen.last_id == id; }));
    }
    last_id = follower.sink.seen().last_id;
    EXPECT_THAT(follower.sink.seen().events, IsEmpty());
  }
  EXPECT_EQ(last_id, world.id(100));
  world.append(1, 42);
  EXPECT_THAT(ids(test::read_stream(all_that_is_told(world, last_id, "acme"))),
              ElementsAre(world.id(101)));
}

TEST(InspectorStream, BeyondTheMostStreamsTheAnswerSaysWhenToTryAgain) {
  StreamWorld world(16, 2);
  Follower one(world.open());
  Follower two(world.open());
  const ApiResponse response = world.open();
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(response.stream);
  EXPECT_EQ(problem_of(response)["code"], "too_many_streams");
  EXPECT_THAT(response.headers, testing::Contains(testing::Key("Retry-After")));
}

TEST(InspectorStream, DeadReadersFreeTheirSlotsWhereNothingHappens) {
  StreamWorld world(16, 2);
  for (int i = 0; i < 3; ++i) {
    Follower one(world.open());
    Follower two(world.open());
    one.sink.leave();
    two.sink.leave();
    one.wait_for_end();
    two.wait_for_end();
  }
  EXPECT_EQ(world.open().status, 200);
}

TEST(InspectorStream, AnAnswerThatIsNeverStreamedFreesItsSlot) {
  StreamWorld world(16, 1);
  {
    const ApiResponse head = world.open();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(world.open().status, 503);
  }
  EXPECT_EQ(world.open().status, 200);
  EXPECT_EQ(world.open("", "nobody").status, 400);
  EXPECT_EQ(world.open().status, 200) << "a refusal takes no slot";
}

TEST(InspectorStream, ClosingTheFeedEndsAllStreams) {
  StreamWorld world;
  std::vector<std::unique_ptr<Follower>> followers;
  for (int i = 0; i < 8; ++i) followers.push_back(std::make_unique<Follower>(world.open()));
  world.feed.close();
  for (const auto& one : followers) one->wait_for_end();
}

TEST(InspectorStream, AReaderThatIsCutOffAnywhereMissesNothingAndSeesNothingTwice) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr int kAll = 600;
  Random random(seed);
  StreamWorld world(4096, 64, milliseconds(1));
  const std::string tenant = random.between(0, 1) == 0 ? "" : "acme";
  std::jthread writer([&world] {
    for (int i = 0; i < kAll; ++i) world.append(1, i % 3 == 0 ? 43 : 42);
    world.append(1, 42);
  });
  std::vector<std::string> found;
  std::string last_id = world.id(0);
  while (found.empty() || found.back() != world.id(kAll + 1)) {
    test::TextSink sink(random.between(1, 4000));
    world.open(last_id, tenant).stream(sink);
    const SeenStream seen = sink.seen();
    for (const std::string& id : ids(seen)) found.push_back(id);
    if (!seen.last_id.empty()) last_id = seen.last_id;
  }
  std::vector<std::string> wanted;
  for (std::uint64_t number = 1; number <= kAll + 1; ++number) {
    const bool other = number <= kAll && (number - 1) % 3 == 0;
    if (tenant.empty() || !other) wanted.push_back(world.id(number));
  }
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace roomle_sim
