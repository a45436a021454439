#include "sender/fair_queue.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

TEST(FairQueue, LanesTakeTurns) {
  FairQueue<int> queue(10);
  for (const int job : {11, 12, 13}) queue.push(1, job);
  queue.push(2, 21);
  EXPECT_EQ(queue.pop()->second, 11);
  EXPECT_EQ(queue.pop()->second, 21) << "lane 2 does not wait for the rest of lane 1";
  EXPECT_EQ(queue.pop()->second, 12);
}

TEST(FairQueue, AFullLaneWaitsUntilOneOfItsJobsIsDone) {
  FairQueue<int> queue(2);
  for (const int job : {11, 12, 13}) queue.push(1, job);
  EXPECT_EQ(queue.pop()->second, 11);
  EXPECT_EQ(queue.pop()->second, 12);
  EXPECT_FALSE(queue.ready());
  EXPECT_FALSE(queue.pop());
  queue.push(2, 21);
  EXPECT_EQ(queue.pop()->second, 21);
  queue.done(1);
  EXPECT_EQ(queue.pop()->second, 13);
}

TEST(FairQueue, IsEmptyOnceAllThatWasTakenIsDone) {
  FairQueue<int> queue(1);
  EXPECT_TRUE(queue.empty());
  queue.push(1, 11);
  EXPECT_FALSE(queue.empty());
  ASSERT_TRUE(queue.pop());
  EXPECT_FALSE(queue.empty());
  queue.done(1);
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, ALaneCanHaveALimitOfItsOwn) {
  FairQueue<int> queue(8);
  queue.set_limit(1, 1);
  queue.push(1, 11);
  queue.push(1, 12);
  EXPECT_TRUE(queue.pop());
  EXPECT_FALSE(queue.pop());
  queue.done(1);
  EXPECT_EQ(queue.pop()->second, 12);
}

TEST(FairQueue, AnEmptiedLaneCanBeUsedAgain) {
  FairQueue<int> queue(1);
  for (int round = 0; round < 3; ++round) {
    queue.push(7, round);
    EXPECT_EQ(queue.pop()->second, round);
    queue.done(7);
    EXPECT_FALSE(queue.ready());
  }
}

}  // namespace
}  // namespace roomle_sim
