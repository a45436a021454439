#include "scenarios/attribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JournalRecord started(const std::string& token, const std::string& body = "{}") {
  auto exchange = std::make_shared<Exchange>();
  exchange->token = token;
  exchange->request.body = body;
  JournalRecord record;
  record.what = record::AttemptStarted{1};
  record.exchange = std::move(exchange);
  return record;
}

ReceivedRequest request(const std::string& token, const std::string& body = "{}") {
  ReceivedRequest one;
  one.token.value = token;
  one.body = body;
  return one;
}

std::vector<std::size_t> owners(Attribution& attribution, std::vector<ReceivedRequest> requests,
                                bool all_known = true) {
  std::vector<std::size_t> sends;
  for (const auto& owned : attribution.share_out(std::move(requests), all_known)) {
    sends.push_back(owned.send);
  }
  return sends;
}

TEST(Attribution, GoesByTokenAndBody) {
  Attribution attribution;
  attribution.add_attempts(0, {started("a"), started("b")});
  attribution.add_attempts(1, {started("a", "{\"other\":1}")});
  EXPECT_THAT(owners(attribution, {request("b"), request("a", "{\"other\":1}"), request("a"),
                                   request("c"), request("b", "[]")}),
              ElementsAre(0, 1, 0));
}

TEST(Attribution, OfEqualAttemptsTheFirstComesFirst) {
  Attribution attribution;
  attribution.add_attempts(0, {started("same")});
  attribution.add_attempts(1, {started("same")});
  EXPECT_THAT(owners(attribution, {request("same")}), ElementsAre(0));
  EXPECT_THAT(owners(attribution, {request("same")}), ElementsAre(1));
  EXPECT_THAT(owners(attribution, {request("same")}), ElementsAre(0)) << "once too often";
}

TEST(Attribution, ARequestThatCameBeforeItsAttemptWasKnownIsNotLost) {
  Attribution attribution;
  EXPECT_THAT(owners(attribution, {request("late")}), IsEmpty());
  EXPECT_THAT(owners(attribution, {}), IsEmpty());
  attribution.add_attempts(3, {started("late")});
  EXPECT_THAT(owners(attribution, {}), ElementsAre(3));
  EXPECT_THAT(owners(attribution, {}), IsEmpty());
}

TEST(Attribution, ARequestOnceTooOftenWaitsForAnEqualAttemptThatMayFollow) {
  Attribution attribution;
  attribution.add_attempts(0, {started("same")});
  EXPECT_THAT(owners(attribution, {request("same"), request("same")}, false), ElementsAre(0));
  attribution.add_attempts(1, {started("same")});
  EXPECT_THAT(owners(attribution, {request("same")}, false), ElementsAre(1));
  EXPECT_THAT(owners(attribution, {}, true), ElementsAre(0));
}

TEST(Attribution, AttemptsThatAreGivenAgainAreKnown) {
  Attribution attribution;
  attribution.add_attempts(0, {started("same")});
  attribution.add_attempts(0, {started("same"), started("next")});
  attribution.add_attempts(1, {started("same")});
  EXPECT_THAT(owners(attribution, {request("same"), request("next"), request("same")}),
              ElementsAre(0, 0, 1));
}

}  // namespace
}  // namespace roomle_sim
