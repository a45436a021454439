// Which route answers which method and path.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/router.h"

namespace roomle_sim::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

ApiResponse nothing(const ApiRequest&) {
  return {};
}

Router router() {
  Router router;
  router.add(Audience::inspector, "GET", "/sim/v1/things/{id}", nothing);
  router.add(Audience::inspector, "POST", "/sim/v1/things/{id}", nothing);
  router.add(Audience::inspector, "GET", "/sim/v1/things/all", nothing);
  router.add(Audience::vendor, "PUT", "/v2/{kind}/{id}/shares", nothing);
  return router;
}

using Path = std::vector<std::string>;

TEST(Router, ANameStandsForOneSegmentWhateverIsInIt) {
  const Router routes = router();
  const auto match = routes.match("PUT", Path{"v2", "plans", "a/b:c", "shares"});
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->pattern, "/v2/{kind}/{id}/shares");
  EXPECT_EQ(match.audience, Audience::vendor);
  EXPECT_THAT(match.path_values, UnorderedElementsAre(Pair("kind", "plans"), Pair("id", "a/b:c")));
}

TEST(Router, ANameIsNeverEmpty) {
  EXPECT_THAT(router().match("GET", Path{"sim", "v1", "things", ""}).allowed, IsEmpty());
}

TEST(Router, ALiteralGoesBeforeAName) {
  const Router routes = router();
  EXPECT_EQ(routes.match("GET", Path{"sim", "v1", "things", "all"}).route->pattern,
            "/sim/v1/things/all");
  EXPECT_EQ(routes.match("GET", Path{"sim", "v1", "things", "7"}).route->pattern,
            "/sim/v1/things/{id}");
}

TEST(Router, AnotherMethodIsToldWhichThereAre) {
  const Router routes = router();
  const auto match = routes.match("DELETE", Path{"sim", "v1", "things", "7"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_THAT(match.allowed, ElementsAre("GET", "POST"));
  EXPECT_EQ(match.audience, Audience::inspector);
}

TEST(Router, AHeadIsServedByGet) {
  const Router routes = router();
  EXPECT_EQ(routes.match("HEAD", Path{"sim", "v1", "things", "7"}).route->method, "GET");
  EXPECT_EQ(routes.match("HEAD", Path{"v2", "a", "b", "shares"}).route, nullptr);
}

TEST(Router, AnotherPathMatchesNothing) {
  const Router routes = router();
  for (const Path& path : {Path{}, Path{""}, Path{"sim"}, Path{"sim", "v1", "things", "7", ""},
                           Path{"SIM", "v1", "things", "7"}}) {
    EXPECT_THAT(routes.match("GET", path).allowed, IsEmpty());
  }
}

}  // namespace
}  // namespace roomle_sim::test
