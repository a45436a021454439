// One commit for many callers.
#include "journal/group_commit.h"

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

// Holds the first commit until it is let go; tells the groups.
class Gate {
 public:
  std::optional<Error> commit(std::span<const int* const> group) {
    std::unique_lock lock(mutex_);
    std::vector<int> items;
    for (const int* one : group) items.push_back(*one);
    groups_.push_back(items);
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    const bool bad = std::find(items.begin(), items.end(), -1) != items.end();
    return bad ? std::optional(Error{ErrorCode::unavailable, "disk full"}) : std::nullopt;
  }
  void wait_for_first() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !groups_.empty(); });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  std::vector<std::vector<int>> groups() {
    const std::lock_guard lock(mutex_);
    return groups_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  std::vector<std::vector<int>> groups_;
};

TEST(GroupCommit, WhatGathersDuringACommitGoesIntoTheNextOne) {
  Gate gate;
  GroupCommit<int> group([&](auto items) { return gate.commit(items); });
  std::vector<std::future<std::optional<Error>>> calls;
  calls.push_back(std::async(std::launch::async, [&] { return group.submit(0); }));
  gate.wait_for_first();
  for (int i = 1; i <= 20; ++i) {
    calls.push_back(std::async(std::launch::async, [&, i] { return group.submit(i); }));
  }
  while (group.waiting() < 21) std::this_thread::yield();
  gate.let_go();
  for (auto& call : calls) EXPECT_FALSE(call.get());
  const auto groups = gate.groups();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0], std::vector<int>{0});
  EXPECT_EQ(groups[1].size(), 20U);
}

TEST(GroupCommit, AFailureIsToldToEachOfItsGroupAndToNobodyElse) {
  Gate gate;
  GroupCommit<int> group([&](auto items) { return gate.commit(items); });
  auto first = std::async(std::launch::async, [&] { return group.submit(0); });
  gate.wait_for_first();
  auto fine = std::async(std::launch::async, [&] { return group.submit(1); });
  auto spoils = std::async(std::launch::async, [&] { return group.submit(-1); });
  while (group.waiting() < 3) std::this_thread::yield();
  gate.let_go();
  EXPECT_FALSE(first.get());
  EXPECT_EQ(fine.get()->message, "disk full");
  EXPECT_EQ(spoils.get()->message, "disk full");
  EXPECT_FALSE(group.submit(2));
}

TEST(GroupCommit, WhoDoesNotWaitIsToldOfHisOwnCommit) {
  Gate gate;
  std::mutex mutex;
  std::map<int, std::optional<Error>> told;
  {
    GroupCommit<int> group([&](auto items) { return gate.commit(items); });
    const auto note = [&](int item) {
      return [&, item](const std::optional<Error>& error) {
        const std::lock_guard lock(mutex);
        told.emplace(item, error);
      };
    };
    group.submit(0, note(0));
    gate.wait_for_first();
    for (const int item : {1, -1, 2}) group.submit(item, note(item));
    EXPECT_EQ(group.waiting(), 4U);
    gate.let_go();
  }  // the end commits and tells what is there still
  EXPECT_EQ(gate.groups(), (std::vector<std::vector<int>>{{0}, {1, -1, 2}}));
  ASSERT_EQ(told.size(), 4U);
  EXPECT_FALSE(told.at(0));
  EXPECT_EQ(told.at(2)->message, "disk full");
}

// As a dispatcher does that begins the next act when a record is there.
TEST(GroupCommit, WhoIsToldMayHandInMore) {
  std::atomic<int> committed = 0;
  std::promise<void> all;
  GroupCommit<int> group([&](auto items) {
    committed += static_cast<int>(items.size());
    return std::nullopt;
  });
  std::function<void(int)> hand_in = [&](int left) {
    group.submit(left, [&, left](const auto&) {
      if (left == 0) return all.set_value();
      hand_in(left - 1);
    });
  };
  hand_in(1000);
  all.get_future().wait();
  EXPECT_EQ(committed, 1001);
}

TEST(GroupCommit, WhoWaitsAndWhoDoesNotShareCommits) {
  Gate gate;
  GroupCommit<int> group([&](auto items) { return gate.commit(items); });
  auto first = std::async(std::launch::async, [&] { return group.submit(0); });
  gate.wait_for_first();
  std::promise<void> told;
  group.submit(1, [&](const auto&) { told.set_value(); });
  auto waits = std::async(std::launch::async, [&] { return group.submit(2); });
  while (group.waiting() < 3) std::this_thread::yield();
  gate.let_go();
  told.get_future().wait();
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(waits.get());
  EXPECT_EQ(gate.groups(), (std::vector<std::vector<int>>{{0}, {1, 2}}));
}

}  // namespace
}  // namespace roomle_sim
