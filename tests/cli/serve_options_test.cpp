// What the flags of `serve` come to.
#include "cli/serve_options.h"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

OpenLimits limits_of(const std::string& flags) {
  CLI::App app;
  ServeOptions options;
  Command command(app);
  options.add_to(command);
  app.parse("--tenants tenants.json " + flags);
  return options.service(TenantRegistry()).value().dispatcher.open_limits;
}

TEST(ServeOptions, TheRoomForEventsIsThatOfTheDefaultAtLeast) {
  const OpenLimits usual = limits_of("");
  EXPECT_EQ(usual.deliveries, 100'000U);
  EXPECT_EQ(limits_of("--most-open 100000").bytes, usual.bytes);
  EXPECT_EQ(limits_of("--most-open 1").deliveries, 1U);
  EXPECT_EQ(limits_of("--most-open 1").bytes, usual.bytes);
}

TEST(ServeOptions, TheRoomForEventsGrowsWithTheirNumber) {
  const OpenLimits usual = limits_of("");
  const OpenLimits more = limits_of("--most-open 1000000");
  EXPECT_EQ(more.deliveries, 1'000'000U);
  EXPECT_GE(more.bytes / more.deliveries, usual.bytes / usual.deliveries);
}

}  // namespace
}  // namespace roomle_sim
