#include <gmock/gmock.h>

#include "base/json_text.h"
#include "tests/service/inspector_world.h"

namespace roomle_sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(InspectorTenants, AreListedWithoutTheirSecrets) {
  test::World world;
  const std::string answer = world.call("GET", "/sim/v1/tenants");
  EXPECT_THAT(answer, Not(HasSubstr("a-Secr3t_Str1ng!")));
  const auto tenants = test::json_of(answer).at("tenants");
  ASSERT_EQ(tenants.size(), 4U);
  EXPECT_EQ(tenants[0].at("id"), 42);
  EXPECT_EQ(tenants[0].at("webhook"), world.endpoint().url() + "roomle");
  EXPECT_EQ(tenants[0].at("apiKey"), "aValidApiKey");
  EXPECT_EQ(tenants[0].at("paused"), false);
  EXPECT_EQ(tenants[1].at("retry").at("attempts"), 2);
  EXPECT_EQ(tenants[2].at("webhook"), nullptr);
  EXPECT_EQ(tenants[3].at("active"), false);
}

TEST(InspectorTenants, OneIsFoundByIdOrName) {
  test::World world;
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/tenants/42").at("name"), "acme");
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/tenants/acme").at("id"), 42);
  for (const char* id : {"4", "acne", "42.5", "0x2A"}) {
    EXPECT_EQ(world.told("GET", std::string("/sim/v1/tenants/") + id),
              "404 unknown_tenant the id in the path");
  }
}

TEST(InspectorTenants, WhileOneIsPausedNothingOfItBegins) {
  test::World world;
  const auto paused = world.json(200, "POST", "/sim/v1/tenants/acme/pause");
  EXPECT_EQ(json_text(paused), R"({"tenant":42,"paused":true,"active":true})");
  EXPECT_EQ(world.json(200, "POST", "/sim/v1/tenants/42/pause"), paused);  // once more
  const std::string held = world.send();
  world.wait_ended(world.send(44));  // another tenant's goes on
  EXPECT_THAT(world.endpoint().requests(), IsEmpty());
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/tenants/42").at("paused"), true);
  EXPECT_THAT(world.json(200, "GET", "/sim/v1/status").at("pausedTenants"), ElementsAre(42));
  const auto resumed = world.json(200, "POST", "/sim/v1/tenants/42/resume");
  EXPECT_EQ(json_text(resumed), R"({"tenant":42,"paused":false,"active":true})");
  EXPECT_EQ(world.json(200, "POST", "/sim/v1/tenants/42/resume"), resumed);
  world.wait_ended(held);
  EXPECT_EQ(world.endpoint().requests().size(), 1U);
  EXPECT_EQ(world.told("POST", "/sim/v1/tenants/4/pause"), "404 unknown_tenant the id in the path");
}

TEST(InspectorStatus, CountsDeliveriesByTheirEnd) {
  test::World world({.behavior = R"({"sequence":[200, 503]})"});
  world.send_to_end();
  world.send_to_end();
  world.wait_retrying(world.send(43));
  const auto status = world.json(200, "GET", "/sim/v1/status");
  EXPECT_EQ(status.at("delivered"), 1);
  EXPECT_EQ(status.at("mailed"), 1);
  EXPECT_EQ(status.at("mailFailed"), 0);
  EXPECT_EQ(status.at("open"), 1);
  EXPECT_EQ(status.at("ready"), true);
  EXPECT_EQ(status.at("failed"), false);
  EXPECT_FALSE(status.at("version").get<std::string>().empty());
}

TEST(InspectorHealth, IsReadyWhenWhatStoodOpenIsTakenUp) {
  test::World world;
  world.ready = false;
  EXPECT_EQ(world.told("GET", "/healthz"), "200");
  EXPECT_EQ(world.told("GET", "/readyz"), "503 not_ready -");
  world.ready = true;
  EXPECT_EQ(world.told("GET", "/readyz"), "200");
}

TEST(InspectorMetrics, AreInTheTextFormatOfPrometheus) {
  test::World world;
  world.send_to_end();
  const std::string answer = world.call("GET", "/metrics");
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(answer, HasSubstr("# TYPE roomle_sim_events_accepted_total counter\n"));
}

}  // namespace
}  // namespace roomle_sim
