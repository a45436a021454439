#include <gmock/gmock.h>

#include "base/json_text.h"
#include "sender/credential_headers.h"
#include "tests/service/inspector_world.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kEvent =
    R"({"event":"email.savedConfiguration","tenant":42,"data":{"email":"customer@example.com"}})";

std::vector<std::string> ids_of(const ordered_json& page) {
  std::vector<std::string> ids;
  for (const auto& one : page.at("deliveries")) ids.push_back(one.at("id"));
  return ids;
}

TEST(InspectorEvents, AnEventIsAcceptedAndPosted) {
  test::World world;
  const std::string answer = world.call("POST", "/sim/v1/events", kEvent);
  ASSERT_EQ(test::status_of(answer), 202) << answer;
  const std::string id = test::json_of(answer).at("delivery");
  EXPECT_THAT(answer, HasSubstr("Location: /sim/v1/deliveries/" + id + "\r\n"));
  world.wait_ended(id);
  const auto requests = world.endpoint().requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].event, "email.savedConfiguration");
  EXPECT_EQ(json_from(requests[0].body).at("data").at("email"), "customer@example.com");
}

TEST(InspectorEvents, ATenantIsNamedByIdOrName) {
  test::World world;
  for (const char* tenant : {"42", "\"42\"", "\"acme\""}) {
    const std::string body =
        std::string(R"({"event":"email.shareConfiguration","tenant":)") + tenant + "}";
    const std::string id = world.json(202, "POST", "/sim/v1/events", body).at("delivery");
    EXPECT_EQ(world.json(200, "GET", "/sim/v1/deliveries/" + id).at("tenant"), 42) << tenant;
  }
}

TEST(InspectorEvents, EachMistakeHasItsStatusAndItsPlace) {
  test::World world;
  const auto told = [&](const std::string& body) {
    return world.told("POST", "/sim/v1/events", body);
  };
  const auto with = [](const std::string& members) {
    return R"({"event":"email.savedConfiguration",)" + members + "}";
  };
  EXPECT_EQ(told(""), "400 bad_json body");
  EXPECT_EQ(told("{"), "400 bad_json body");
  EXPECT_EQ(told("[]"), "400 bad_json body");
  EXPECT_EQ(told(std::string(500'000, '[')), "400 bad_json body");
  EXPECT_EQ(told(R"({"tenant":42})"), "422 bad_value member 'event'");
  EXPECT_EQ(told(R"({"event":"email.saved","tenant":42})"), "422 bad_value member 'event'");
  EXPECT_EQ(told(R"({"event":7,"tenant":42})"), "422 bad_value member 'event'");
  EXPECT_EQ(told(with(R"("data":{})")), "422 bad_value member 'tenant'");
  EXPECT_EQ(told(with(R"("tenant":42.5)")), "422 bad_value member 'tenant'");
  EXPECT_EQ(told(with(R"("tenant":null)")), "422 bad_value member 'tenant'");
  EXPECT_EQ(told(with(R"("tenant":4)")), "404 unknown_tenant member 'tenant'");
  EXPECT_EQ(told(with(R"("tenant":18446744073709551615)")), "404 unknown_tenant member 'tenant'");
  EXPECT_EQ(told(with(R"("tenant":"acne")")), "404 unknown_tenant member 'tenant'");
  EXPECT_EQ(told(with(R"("tenant":45)")), "409 tenant_inactive -");
  EXPECT_EQ(told(with(R"("tenant":42,"data":[])")), "422 bad_value member 'data'");
  EXPECT_EQ(told(with(R"("tenant":42,"data":{"emial":"x"})")), "422 bad_value member 'data'");
  EXPECT_EQ(told(with(R"("tenant":42,"data":{"email":7})")), "422 bad_value member 'data'");
  EXPECT_EQ(told(with(R"("tenant":42,"mesage":"x")")), "422 bad_value member 'mesage'");
  EXPECT_EQ(told(with(R"("tenant":42,"message":7)")), "422 bad_value member 'message'");
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/deliveries").at("deliveries").size(), 0U);
}

TEST(InspectorEvents, WhereJsonGoesWrongIsToldWithLineAndColumn) {
  test::World world;
  for (const char* path : {"/sim/v1/events", "/sim/v1/deliveries/resend"}) {
    const auto message = [&](const std::string& body) {
      return world.json(400, "POST", path, body).at("error").at("message").get<std::string>();
    };
    EXPECT_THAT(message("{\n  \"event\" 7}"), HasSubstr("body:2:11: ")) << path;
    EXPECT_THAT(message("{\n  \"event\" 7}"), HasSubstr("must be a JSON object, such as {"));
    EXPECT_EQ(message("[]").find("the body must be a JSON object"), 0U) << path;
  }
}

TEST(InspectorEvents, TextsHaveTheBoundsOfTheVendorsRoutes) {
  test::World world;
  const auto told = [&](const std::string& name, std::size_t size) {
    const std::string value =
        name == "email" ? std::string(size - 2, 'x') + "@y" : std::string(size, 'x');
    ordered_json body{{"event", "email.savedConfiguration"}, {"tenant", 44}};
    if (name == "message") {
      body[name] = value;
    } else {
      body["data"][name] = value;
    }
    return world.told("POST", "/sim/v1/events", json_text(body));
  };
  EXPECT_EQ(told("email", 320), "202");
  EXPECT_EQ(told("email", 321), "422 bad_value member 'data.email'");
  for (const char* name : {"configurationId", "itemId", "configuratorId"}) {
    EXPECT_EQ(told(name, 512), "202") << name;
    EXPECT_EQ(told(name, 513), std::string("422 bad_value member 'data.") + name + "'");
  }
  EXPECT_EQ(told("message", 4096), "202");
  EXPECT_EQ(told("message", 4097), "422 bad_value member 'message'");
}

TEST(InspectorEvents, BeyondTheMostOpenOnesAnEventIsRefusedWithRetryAfter) {
  test::WorldOptions options;
  options.dispatcher.open_limits.deliveries = 1;
  test::World world(options);
  world.json(200, "POST", "/sim/v1/tenants/42/pause");
  world.send();
  const std::string answer =
      world.call("POST", "/sim/v1/events", kEvent, {{"Idempotency-Key", "k"}});
  EXPECT_EQ(test::status_of(answer), 429);
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(test::error_code(answer), "too_many_open");
  // Not kept: the same request with the same key has its chance again.
  const std::string again =
      world.call("POST", "/sim/v1/events", kEvent, {{"Idempotency-Key", "k"}});
  EXPECT_EQ(test::status_of(again), 429);
  EXPECT_THAT(again, Not(HasSubstr("Idempotency-Replayed")));
}

TEST(InspectorEvents, TheSameKeySendsOnce) {
  test::World world;
  const test::HeaderLines key{{"Idempotency-Key", "order-17"}};
  const std::string first = world.json(202, "POST", "/sim/v1/events", kEvent, key).at("delivery");
  const std::string again = world.call("POST", "/sim/v1/events", kEvent, key);
  EXPECT_THAT(again, HasSubstr("Idempotency-Replayed: true\r\n"));
  EXPECT_EQ(test::json_of(again).at("delivery"), first);
  EXPECT_EQ(world.told("POST", "/sim/v1/events", std::string(kEvent) + " ", key),
            "422 key_reused header 'Idempotency-Key'");
  EXPECT_THAT(ids_of(world.json(200, "GET", "/sim/v1/deliveries")), ElementsAre(first));
}

TEST(InspectorEvents, WhereTheJournalFailsNothingIsAccepted) {
  test::World world;
  world.journal().cannot_write = true;
  EXPECT_EQ(world.told("POST", "/sim/v1/events", kEvent), "503 unavailable -");
  EXPECT_EQ(world.told("GET", "/readyz"), "503 unavailable -");
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/status").at("failed"), true);
}

TEST(InspectorList, GivesPagesTheNewestFirst) {
  test::World world;
  std::vector<std::string> sent;
  for (int i = 0; i < 5; ++i) sent.insert(sent.begin(), world.send_to_end());
  std::vector<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    const auto page = world.json(200, "GET", "/sim/v1/deliveries?limit=2" + cursor);
    for (const std::string& id : ids_of(page)) seen.push_back(id);
    cursor = page.contains("next") ? "&cursor=" + page["next"].get<std::string>() : "";
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(seen, sent);
  EXPECT_EQ(pages, 3);
}

TEST(InspectorList, AllConditionsHold) {
  test::World world({.behavior = R"({"sequence":[200, 503, {"status": 404}]})"});
  const std::string delivered = world.send_to_end();
  const std::string mailed = world.send_to_end();
  const std::string waits = world.send(43);
  world.wait_retrying(waits);
  const std::string silent = world.send_to_end(44);
  const auto list = [&](const std::string& query) {
    return ids_of(world.json(200, "GET", "/sim/v1/deliveries?" + query));
  };
  EXPECT_THAT(list(""), ElementsAre(silent, waits, mailed, delivered));
  EXPECT_THAT(list("tenant=43"), ElementsAre(waits));
  EXPECT_THAT(list("tenant=acme"), ElementsAre(mailed, delivered));
  EXPECT_THAT(list("outcome=delivered"), ElementsAre(delivered));
  EXPECT_THAT(list("outcome=mailed"), ElementsAre(silent, mailed));
  EXPECT_THAT(list("outcome=mail_failed"), IsEmpty());
  EXPECT_THAT(list("open=true"), ElementsAre(waits));
  EXPECT_THAT(list("open=false&tenant=42"), ElementsAre(mailed, delivered));
  EXPECT_THAT(list("reason=status"), ElementsAre(waits, mailed));
  EXPECT_THAT(list("reason=timeout"), IsEmpty());
  EXPECT_THAT(list("event=email.savedConfiguration&tenant=44"), ElementsAre(silent));
  EXPECT_THAT(list("event=email.3DExportAsset"), IsEmpty());
}

TEST(InspectorList, ATimeIsATimestampADateOrHowLongAgo) {
  test::World world;
  const std::string id = world.send_to_end();
  const auto list = [&](const std::string& query) {
    return ids_of(world.json(200, "GET", "/sim/v1/deliveries?" + query)).size();
  };
  const TimePoint now = SystemClock().now();
  const std::string before = format_timestamp(now - std::chrono::hours(1));
  const std::string after = format_timestamp(now + std::chrono::hours(1));
  EXPECT_EQ(list("from=" + before), 1U);
  EXPECT_EQ(list("from=" + after), 0U);
  EXPECT_EQ(list("until=" + before), 0U);
  EXPECT_EQ(list("until=" + after), 1U);
  EXPECT_EQ(list("from=15m"), 1U);
  EXPECT_EQ(list("until=15m"), 0U);
  EXPECT_EQ(list("from=3d&until=0s"), 1U);
  EXPECT_EQ(list("from=" + before.substr(0, 10)), 1U);
  EXPECT_EQ(list("until=" + before.substr(0, 10)), 0U);
  // An offset whose '+' is not escaped.
  EXPECT_EQ(list("from=2020-01-01T00:00:00+01:00"), 1U);
  EXPECT_EQ(list("until=2020-01-01T00:00:00%2B01:00"), 0U);
}

TEST(InspectorList, AMistakeIsNamedWithWhatWasProbablyMeant) {
  test::World world;
  const auto message = [&](const std::string& query) -> std::string {
    const auto error = world.json(400, "GET", "/sim/v1/deliveries?" + query).at("error");
    return error.value("where", "-") + ": " + error.at("message").get<std::string>();
  };
  EXPECT_THAT(message("outcome=mail"), HasSubstr("query parameter 'outcome': "));
  EXPECT_THAT(message("outcome=deliverd"), HasSubstr("did you mean 'delivered'?"));
  EXPECT_THAT(message("reason=timout"), HasSubstr("did you mean 'timeout'?"));
  EXPECT_THAT(message("event=email.savedConfig"), HasSubstr("email.savedConfiguration"));
  EXPECT_THAT(message("outcom=mailed"), HasSubstr("did you mean 'outcome'?"));
  EXPECT_THAT(message("dryRun=true"), HasSubstr("query parameter 'dryRun': there is no such"));
  EXPECT_THAT(message("tenant=acne"), HasSubstr("no tenant 'acne' (did you mean 'acme'?)"));
  EXPECT_THAT(message("tenant=4711"), HasSubstr("no tenant '4711'"));
  EXPECT_THAT(message("tenant="), HasSubstr("no tenant ''"));
  EXPECT_THAT(message("open=yes"), HasSubstr("query parameter 'open': "));
  EXPECT_THAT(message("from=yesterday"), HasSubstr("query parameter 'from': 'yesterday'"));
  EXPECT_THAT(message("from=15"), HasSubstr("15m"));
  EXPECT_THAT(message("from=2026-02-30"), HasSubstr("'2026-02-30'"));
  EXPECT_THAT(message("limit=0"), HasSubstr("1 to 1000"));
  EXPECT_THAT(message("limit=1001"), HasSubstr("1 to 1000"));
  EXPECT_THAT(message("limit=2x"), HasSubstr("1 to 1000"));
  EXPECT_THAT(message("cursor=abc"), HasSubstr("query parameter 'cursor': 'abc'"));
  EXPECT_THAT(message("limit=2&limit=2"), HasSubstr("more than once"));
}

TEST(InspectorList, ATenantThatTheFileHasNoMoreIsListedWhereItHasDeliveries) {
  const TemporaryFolder data;
  const std::string id = [&] {
    auto journal = SqliteJournal::open(data.path()).value();
    Tenant tenant;
    tenant.id = 7;
    JournalRecord accepted{"d-old",
                           SystemClock().now(),
                           record::Accepted{},
                           std::make_shared<const EventText>(
                               Event{"email.savedConfiguration", {{"email", "a@b.example"}}}),
                           std::make_shared<const Tenant>(tenant),
                           nullptr,
                           {},
                           {}};
    EXPECT_FALSE(journal->append(std::span(&accepted, 1)));
    return accepted.delivery;
  }();
  test::World world({.data_folder = data.path()});
  EXPECT_THAT(ids_of(world.json(200, "GET", "/sim/v1/deliveries?tenant=7")), ElementsAre(id));
  EXPECT_EQ(world.told("GET", "/sim/v1/deliveries?tenant=8"),
            "400 bad_value query parameter 'tenant'");
}

TEST(InspectorShow, ADeliveredOneIsShownWhole) {
  test::World world(
      {.behavior =
           R"({"sequence":[{"status":200,"headers":{"Set-Cookie":"id=1","X-Note":"hi"},"body":"thanks"}]})"});
  const std::string id = world.send_to_end(42, R"(,"message":"for you")");
  const auto shown = world.json(200, "GET", "/sim/v1/deliveries/" + id);
  EXPECT_EQ(shown.at("outcome"), "delivered");
  EXPECT_EQ(shown.at("data").at("email"), "customer@example.com");
  EXPECT_EQ(shown.at("message"), "for you");
  ASSERT_EQ(shown.at("attemptList").size(), 1U);
  const auto& attempt = shown["attemptList"][0];
  EXPECT_EQ(attempt.at("number"), 1);
  EXPECT_EQ(attempt.at("success"), true);
  EXPECT_EQ(attempt.at("status"), 200);
  EXPECT_GE(attempt.at("durationMs"), 0);
  const auto& request = attempt.at("request");
  EXPECT_EQ(request.at("url"), world.endpoint().url() + "roomle");
  EXPECT_EQ(request.at("body"), world.endpoint().requests()[0].body);
  EXPECT_FALSE(request.contains("tokenPlaintext"));
  // The event's own token is shown; what else holds credentials is not.
  const auto value = [](const ordered_json& headers, const std::string& name) -> std::string {
    for (const auto& one : headers) {
      if (one.at("name") == name) return one.at("value");
    }
    return "none";
  };
  EXPECT_EQ(value(request.at("headers"), "token"), request.at("token"));
  EXPECT_EQ(value(attempt.at("response").at("headers"), "Set-Cookie"), kNotKept);
  EXPECT_EQ(value(attempt.at("response").at("headers"), "X-Note"), "hi");
  EXPECT_EQ(attempt.at("response").at("body"), "thanks");
  EXPECT_EQ(attempt.at("response").at("bodyCut"), false);
  EXPECT_FALSE(shown.contains("mail"));
}

TEST(InspectorShow, ATokenIsDecryptedOnRequestAlone) {
  test::World world;
  const std::string path = "/sim/v1/deliveries/" + world.send_to_end();
  EXPECT_THAT(world.call("GET", path), Not(HasSubstr("aValidApiKey")));
  const auto shown = world.json(200, "GET", path + "?token=decrypted");
  EXPECT_THAT(shown["attemptList"][0]["request"]["tokenPlaintext"].get<std::string>(),
              HasSubstr(";anonymous;aValidApiKey"));
  EXPECT_THAT(json_text(shown), Not(HasSubstr("a-Secr3t_Str1ng!")));
  EXPECT_EQ(world.told("GET", path + "?token=plain"), "400 bad_value query parameter 'token'");
  EXPECT_EQ(world.told("GET", path + "?tokens=decrypted"),
            "400 bad_value query parameter 'tokens'");
}

TEST(InspectorShow, AFailedOneTellsItsMailAndThatItMayBeTheSecond) {
  test::World world({.behavior = R"({"sequence":[503]})"});
  const std::string id = world.send_to_end();
  const auto shown = world.json(200, "GET", "/sim/v1/deliveries/" + id);
  EXPECT_EQ(shown.at("outcome"), "mailed");
  EXPECT_EQ(shown.at("lastReason"), "status");
  EXPECT_EQ(shown.at("lastStatus"), 503);
  EXPECT_EQ(shown.at("ambiguousAttempts"), 1);
  EXPECT_EQ(shown["attemptList"][0].at("ambiguous"), true);
  EXPECT_EQ(shown["attemptList"][0].at("lost"), false);
  EXPECT_EQ(shown.at("mail").at("cause"), "status 503");
  EXPECT_EQ(shown["mail"].at("possiblySecond"), true);
  EXPECT_EQ(shown["mail"].at("handedOver"), true);
  EXPECT_EQ(shown["mail"].at("where"), world.mail_folder() + "/new/" + id + ".eml");
}

TEST(InspectorShow, AnOpenOneTellsWhatItWaitsFor) {
  test::World world({.behavior = R"({"sequence":[503]})"});
  const std::string id = world.send(43);
  world.wait_retrying(id);
  const auto shown = world.json(200, "GET", "/sim/v1/deliveries/" + id);
  EXPECT_FALSE(shown.contains("outcome"));
  ASSERT_EQ(shown.at("waits").size(), 1U);
  EXPECT_EQ(shown["waits"][0].at("attempt"), 2);
  EXPECT_EQ(*parse_timestamp(shown["waits"][0].at("until").get<std::string>()) -
                *parse_timestamp(shown["waits"][0].at("from").get<std::string>()),
            std::chrono::hours(1));
}

TEST(InspectorShow, AnOpenOneOfAPausedTenantSaysSo) {
  test::World world;
  const std::string ended = world.send_to_end();
  world.json(200, "POST", "/sim/v1/tenants/42/pause");
  const std::string open = world.send();
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/deliveries/" + open).value("paused", false), true);
  EXPECT_FALSE(world.json(200, "GET", "/sim/v1/deliveries/" + ended).contains("paused"));
  const auto list = world.json(200, "GET", "/sim/v1/deliveries").at("deliveries");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].value("paused", false), true);
  EXPECT_FALSE(list[1].contains("paused"));
  world.json(200, "POST", "/sim/v1/tenants/42/resume");
  EXPECT_FALSE(world.json(200, "GET", "/sim/v1/deliveries/" + open).contains("paused"));
}

TEST(InspectorShow, ABodyThatIsNoUtf8StandsInBase64) {
  RawServer endpoint([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\xfe!");
  });
  test::World world;
  ASSERT_FALSE(world.tenants().change(42, {endpoint.url(), {}}));
  const auto shown = world.json(200, "GET", "/sim/v1/deliveries/" + world.send_to_end());
  const auto& response = shown["attemptList"][0].at("response");
  EXPECT_EQ(response.at("bodyBase64"), "//4h");
  EXPECT_FALSE(response.contains("body"));
}

TEST(InspectorShow, AnUnknownOneIsNotFound) {
  test::World world;
  EXPECT_EQ(world.told("GET", "/sim/v1/deliveries/d-none"),
            "404 unknown_delivery the id in the path");
}

}  // namespace
}  // namespace roomle_sim
