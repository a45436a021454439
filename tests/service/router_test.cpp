// Routes that could both answer, whatever order they were added in, and the methods of a path.
#include "service/router.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Path = std::vector<std::string>;

ApiResponse nothing(const ApiRequest&) {
  return {};
}

struct Added {
  Audience audience;
  const char* method;
  const char* pattern;
};

// The same routes in both orders.
std::vector<Router> both_orders(const std::vector<Added>& added) {
  std::vector<Router> routers(2);
  for (const Added& one : added) routers[0].add(one.audience, one.method, one.pattern, nothing);
  for (auto one = added.rbegin(); one != added.rend(); ++one) {
    routers[1].add(one->audience, one->method, one->pattern, nothing);
  }
  return routers;
}

TEST(RouterChoice, OfTwoPatternsTheOneWithFewerNamesAnswersInEitherOrder) {
  for (const Router& router : both_orders({{Audience::inspector, "GET", "/a/{one}/{two}"},
                                           {Audience::inspector, "GET", "/a/{one}/end"},
                                           {Audience::inspector, "GET", "/a/b/end"}})) {
    EXPECT_EQ(router.match("GET", Path{"a", "b", "end"}).route->pattern, "/a/b/end");
    EXPECT_EQ(router.match("GET", Path{"a", "x", "end"}).route->pattern, "/a/{one}/end");
    EXPECT_EQ(router.match("GET", Path{"a", "x", "y"}).route->pattern, "/a/{one}/{two}");
  }
}

TEST(RouterChoice, TheValuesAreThoseOfThePatternThatWasChosen) {
  for (const Router& router : both_orders({{Audience::inspector, "GET", "/a/{one}/{two}"},
                                           {Audience::inspector, "GET", "/a/{other}/end"}})) {
    const auto match = router.match("GET", Path{"a", "x", "end"});
    EXPECT_THAT(match.path_values, UnorderedElementsAre(testing::Pair("other", "x")));
  }
}

TEST(RouterChoice, APatternWithoutTheMethodDoesNotHideOneThatHasIt) {
  for (const Router& router : both_orders(
           {{Audience::inspector, "GET", "/a/all"}, {Audience::inspector, "POST", "/a/{id}"}})) {
    EXPECT_EQ(router.match("POST", Path{"a", "all"}).route->pattern, "/a/{id}");
    EXPECT_THAT(router.match("PUT", Path{"a", "all"}).allowed, UnorderedElementsAre("GET", "POST"));
    EXPECT_THAT(router.match("PUT", Path{"a", "7"}).allowed, ElementsAre("POST"));
  }
}

// What decides whether the guard is asked.
TEST(RouterChoice, TheAudienceIsThatOfTheRouteThatAnswers) {
  for (const Router& router : both_orders(
           {{Audience::vendor, "GET", "/a/{id}"}, {Audience::inspector, "GET", "/a/secret"}})) {
    EXPECT_EQ(router.match("GET", Path{"a", "secret"}).audience, Audience::inspector);
    EXPECT_EQ(router.match("GET", Path{"a", "7"}).audience, Audience::vendor);
  }
}

TEST(RouterChoice, AnUnknownPathIsNobodysAndGuardedLikeOurs) {
  const Router router;
  const auto match = router.match("GET", Path{"v2"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_THAT(match.allowed, IsEmpty());
  EXPECT_EQ(match.audience, Audience::inspector);
}

TEST(RouterChoice, MethodsAreComparedWithRegardToCase) {
  Router router;
  router.add(Audience::inspector, "GET", "/a", nothing);
  EXPECT_EQ(router.match("get", Path{"a"}).route, nullptr);
  EXPECT_THAT(router.match("get", Path{"a"}).allowed, ElementsAre("GET"));
}

}  // namespace
}  // namespace roomle_sim
