#include <gmock/gmock.h>

#include "base/json_text.h"
#include "tests/service/inspector_world.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kResend = "/sim/v1/deliveries/resend";

std::string path_of(const std::string& id) {
  return "/sim/v1/deliveries/" + id + "/resend";
}

std::vector<std::string> of_each(const ordered_json& answer) {
  std::vector<std::string> ids;
  for (const auto& one : answer.at("resent")) ids.push_back(one.at("of"));
  return ids;
}

TEST(InspectorResend, AnEndedOneIsSentAnewWithTheSameEvent) {
  test::World world({.behavior = R"({"sequence":[503, 200]})"});
  const std::string old = world.send_to_end(42, R"(,"message":"for you")");
  const auto answer = world.json(202, "POST", path_of(old));
  EXPECT_EQ(answer.at("of"), old);
  EXPECT_EQ(answer.at("resent"), "anew");
  const std::string anew = answer.at("delivery");
  EXPECT_NE(anew, old);
  world.wait_ended(anew);
  const auto requests = world.endpoint().requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].body, requests[1].body);
  const auto shown = world.json(200, "GET", "/sim/v1/deliveries/" + anew);
  EXPECT_EQ(shown.at("message"), "for you");
  EXPECT_EQ(shown.at("outcome"), "delivered");
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/deliveries/" + old).at("outcome"), "mailed");
}

TEST(InspectorResend, OneThatWaitsForItsRetryIsTriedNow) {
  test::World world({.behavior = R"({"sequence":[503, 200]})"});
  const std::string id = world.send(43);
  world.wait_retrying(id);
  const auto answer = world.json(202, "POST", path_of(id));
  EXPECT_EQ(answer.at("delivery"), id);
  EXPECT_EQ(answer.at("resent"), "retry_now");
  world.wait_ended(id);
  const auto shown = world.json(200, "GET", "/sim/v1/deliveries/" + id);
  EXPECT_EQ(shown.at("outcome"), "delivered");
  EXPECT_EQ(shown.at("attempts"), 2);
}

TEST(InspectorResend, APausedOneIsLeftAloneAndTheRefusalIsNotKept) {
  test::World world({.behavior = R"({"sequence":[503, 200]})"});
  const std::string id = world.send(43);
  world.wait_retrying(id);
  world.json(200, "POST", "/sim/v1/tenants/43/pause");
  const test::HeaderLines key{{"Idempotency-Key", "once"}};
  EXPECT_EQ(world.told("POST", path_of(id), {}, key), "409 paused -");
  world.json(200, "POST", "/sim/v1/tenants/43/resume");
  EXPECT_EQ(world.told("POST", path_of(id), {}, key), "202");
}

TEST(InspectorResend, OneUnderWayIsLeftAlone) {
  test::World world({.behavior = R"({"sequence":[{"blackhole":true}]})"});
  const std::string id = world.send();
  ASSERT_TRUE(
      world.endpoint().wait_for(1, std::chrono::steady_clock::now() + std::chrono::seconds(20)));
  EXPECT_EQ(world.told("POST", path_of(id)), "409 under_way -");
}

TEST(InspectorResend, AnUnknownOneIsNotFound) {
  test::World world;
  EXPECT_EQ(world.told("POST", path_of("d-none")), "404 unknown_delivery the id in the path");
}

TEST(InspectorResend, TheSameKeySendsOnce) {
  test::World world;
  const std::string old = world.send_to_end();
  const test::HeaderLines key{{"Idempotency-Key", "again-1"}};
  const std::string anew = world.json(202, "POST", path_of(old), {}, key).at("delivery");
  const std::string again = world.call("POST", path_of(old), {}, key);
  EXPECT_THAT(again, HasSubstr("Idempotency-Replayed: true\r\n"));
  EXPECT_EQ(test::json_of(again).at("delivery"), anew);
}

TEST(InspectorResendMatching, AllThatMatchAreSentAnew) {
  test::World world({.behavior = R"({"sequence":[503, 503, 200]})"});
  const std::string first = world.send_to_end();
  const std::string second = world.send_to_end();
  world.send_to_end();
  const auto answer = world.json(202, "POST", kResend, R"({"outcome":"mailed","from":"1h"})");
  EXPECT_EQ(answer.at("matched"), 2);
  EXPECT_THAT(of_each(answer), ElementsAre(second, first));
  EXPECT_THAT(answer.at("refused"), IsEmpty());
  EXPECT_FALSE(answer.contains("next"));
  for (const auto& one : answer.at("resent")) world.wait_ended(one.at("delivery"));
  EXPECT_EQ(world.endpoint().requests().size(), 5U);
}

TEST(InspectorResendMatching, ADryRunSendsNothing) {
  test::World world;
  const std::string id = world.send_to_end();
  const auto answer = world.json(200, "POST", kResend, R"({"tenant":"acme","dryRun":true})");
  EXPECT_EQ(answer.at("dryRun"), true);
  EXPECT_EQ(answer.at("matched"), 1);
  EXPECT_THAT(of_each(answer), ElementsAre(id));
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/deliveries").at("deliveries").size(), 1U);
}

TEST(InspectorResendMatching, APageEndsAtTheLimitAndTheCursorGoesOnBehindIt) {
  test::World world;
  std::vector<std::string> sent;
  for (int i = 0; i < 3; ++i) sent.insert(sent.begin(), world.send_to_end());
  const auto first = world.json(202, "POST", kResend, R"({"limit":2})");
  EXPECT_THAT(of_each(first), ElementsAre(sent[0], sent[1]));
  for (const auto& one : first.at("resent")) world.wait_ended(one.at("delivery"));
  const ordered_json body{{"limit", 2}, {"cursor", first.at("next")}};
  const auto rest = world.json(202, "POST", kResend, json_text(body));
  // What was sent anew meanwhile stands before the first page.
  EXPECT_THAT(of_each(rest), ElementsAre(sent[2]));
  EXPECT_FALSE(rest.contains("next"));
}

TEST(InspectorResendMatching, OpenOnesAreLeftAlone) {
  test::World world({.behavior = R"({"sequence":[503]})"});
  const std::string waits = world.send(43);
  world.wait_retrying(waits);
  const auto answer = world.json(202, "POST", kResend, R"({"tenant":43})");
  EXPECT_EQ(answer.at("matched"), 0);
  EXPECT_EQ(world.told("POST", kResend, R"({"open":true})"), "422 bad_value member 'open'");
}

TEST(InspectorResendMatching, StopsAtTheFirstThatThereIsNoRoomForAndTellsWhereToGoOn) {
  test::WorldOptions options;
  options.dispatcher.open_limits.deliveries = 2;
  test::World world(options);
  std::vector<std::string> sent;
  for (int i = 0; i < 4; ++i) sent.insert(sent.begin(), world.send_to_end());
  world.json(200, "POST", "/sim/v1/tenants/42/pause");
  const auto answer = world.json(202, "POST", kResend, "{}");
  EXPECT_THAT(of_each(answer), ElementsAre(sent[0], sent[1]));
  EXPECT_THAT(answer.at("stopped").get<std::string>(), HasSubstr("2 deliveries are open"));
  // Nothing could be done at all: again later, and the key is free for that.
  const ordered_json next{{"cursor", answer.at("next")}};
  const test::HeaderLines key{{"Idempotency-Key", "page-2"}};
  const std::string full = world.call("POST", kResend, json_text(next), key);
  EXPECT_EQ(test::status_of(full), 429);
  EXPECT_THAT(full, HasSubstr("Retry-After: "));
  world.json(200, "POST", "/sim/v1/tenants/42/resume");
  for (const auto& one : answer.at("resent")) world.wait_ended(one.at("delivery"));
  const auto rest = world.json(202, "POST", kResend, json_text(next), key);
  EXPECT_THAT(of_each(rest), ElementsAre(sent[2], sent[3]));
}

TEST(InspectorResendMatching, OneWhoseTenantIsGoneOrInactiveIsRefusedAndTheOthersGoOn) {
  const TemporaryFolder data;
  {
    auto journal = SqliteJournal::open(data.path()).value();
    for (const std::int64_t tenant_id : {7, 45}) {
      Tenant tenant;
      tenant.id = tenant_id;
      const auto at = SystemClock().now();
      const auto event = std::make_shared<const EventText>(
          Event{"email.savedConfiguration", {{"email", "a@b.example"}}});
      const auto whose = std::make_shared<const Tenant>(tenant);
      const std::string id = "d-old-" + std::to_string(tenant_id);
      const std::vector<JournalRecord> records{
          {id, at, record::Accepted{}, event, whose, nullptr, {}, {}},
          {id, at, record::Ended{Outcome::mail_failed, 0, 0}, event, whose, nullptr, {}, {}}};
      ASSERT_FALSE(journal->append(records));
    }
  }
  test::World world({.data_folder = data.path()});
  const std::string fine = world.send_to_end(42);
  const auto answer = world.json(202, "POST", kResend, "{}");
  EXPECT_EQ(answer.at("matched"), 3);
  EXPECT_THAT(of_each(answer), ElementsAre(fine));
  std::map<std::string, std::string> refused;
  for (const auto& one : answer.at("refused")) refused[one.at("of")] = one.at("code");
  EXPECT_EQ(refused, (std::map<std::string, std::string>{{"d-old-45", "tenant_inactive"},
                                                         {"d-old-7", "unknown_tenant"}}));
  EXPECT_EQ(world.told("POST", path_of("d-old-7")), "409 unknown_tenant -");
  EXPECT_EQ(world.told("POST", path_of("d-old-45")), "409 tenant_inactive -");
}

TEST(InspectorResendMatching, EachMistakeHasItsPlace) {
  test::World world;
  const auto told = [&](const std::string& body) { return world.told("POST", kResend, body); };
  EXPECT_EQ(told(""), "400 bad_json body");
  EXPECT_EQ(told("[]"), "400 bad_json body");
  EXPECT_EQ(told(R"({"outcom":"mailed"})"), "422 bad_value member 'outcom'");
  EXPECT_EQ(told(R"({"outcome":"mail"})"), "422 bad_value member 'outcome'");
  EXPECT_EQ(told(R"({"outcome":7})"), "422 bad_value member 'outcome'");
  EXPECT_EQ(told(R"({"tenant":42.5})"), "422 bad_value member 'tenant'");
  EXPECT_EQ(told(R"({"tenant":4711})"), "422 bad_value member 'tenant'");
  EXPECT_EQ(told(R"({"limit":1001})"), "422 bad_value member 'limit'");
  EXPECT_EQ(told(R"({"limit":"2"})"), "422 bad_value member 'limit'");
  EXPECT_EQ(told(R"({"dryRun":"true"})"), "422 bad_value member 'dryRun'");
  EXPECT_EQ(told(R"({"cursor":"x"})"), "422 bad_value member 'cursor'");
}

TEST(InspectorResendMatching, WhereTheJournalFailsNothingIsSaidToBeSent) {
  test::World world;
  world.send_to_end();
  world.journal().cannot_write = true;
  const std::string answer = world.call("POST", kResend, "{}", {{"Idempotency-Key", "k"}});
  EXPECT_EQ(test::status_of(answer), 503);
  EXPECT_THAT(answer, Not(HasSubstr("resent")));
}

}  // namespace
}  // namespace roomle_sim
