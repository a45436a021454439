// The dispatcher, its durable journal and the Maildir, killed in each gap of a delivery's story: at
// each write, before it and right after it, and around the placing of its mail. What must follow
// stands beside each; docs/journal.md tells it in words.
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/journal/crash_world.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

// The ends of a process that is killed before a write, and after it.
struct Row {
  End before;
  End after;
};

struct Story {
  std::string name;
  CrashWorld::Settings settings;
  std::vector<Row> writes;  // all of an undisturbed life, in their order
};

void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

const End kNothing{};

// Each attempt that fails here is ambiguous: the endpoint answers 500, or it is lost.
End delivered(int attempts, std::size_t posts, int lost = 0) {
  return {Outcome::delivered, attempts, lost, attempts - 1, posts, 0};
}
End mailed(int attempts, std::size_t posts, int lost = 0) {
  return {Outcome::mailed, attempts, lost, attempts, posts, 1};
}

// Between an attempt's record and its POST, and from the POST to its record, the attempt is lost:
// the two differ in what the endpoint has seen. `posts` also chooses its next answer.
std::vector<Story> stories() {
  return {
      // accepted; attempt 1 started; attempt 1 finished, ended
      {"Delivered",
       {.statuses = {200}},
       {{kNothing, delivered(1, 1)},
        {delivered(1, 1), mailed(1, 0, 1)},
        {mailed(1, 1, 1), delivered(1, 1)}}},
      // accepted; attempt 1 started; finished; mail started; mail finished, ended
      {"Mailed",
       {.statuses = {500}},
       {{kNothing, mailed(1, 1)},
        {mailed(1, 1), mailed(1, 0, 1)},
        {mailed(1, 1, 1), mailed(1, 1)},
        {mailed(1, 1), mailed(1, 1)},
        {mailed(1, 1), mailed(1, 1)}}},
      // accepted; attempt 1 started; finished, retry 2 scheduled; and so on to the third
      {"RetriedThenDelivered",
       {.attempts = 3, .statuses = {500, 500, 200}},
       {{kNothing, delivered(3, 3)},
        {delivered(3, 3), mailed(3, 2, 1)},
        {delivered(3, 3, 1), delivered(3, 3)},
        {delivered(3, 3), mailed(3, 2, 1)},
        {delivered(3, 3, 1), delivered(3, 3)},
        {delivered(3, 3), mailed(3, 2, 1)},
        {mailed(3, 3, 1), delivered(3, 3)}}},
      {"RetriedThenMailed",
       {.attempts = 3, .statuses = {500}},
       {{kNothing, mailed(3, 3)},
        {mailed(3, 3), mailed(3, 2, 1)},
        {mailed(3, 3, 1), mailed(3, 3)},
        {mailed(3, 3), mailed(3, 2, 1)},
        {mailed(3, 3, 1), mailed(3, 3)},
        {mailed(3, 3), mailed(3, 2, 1)},
        {mailed(3, 3, 1), mailed(3, 3)},
        {mailed(3, 3), mailed(3, 3)},
        {mailed(3, 3), mailed(3, 3)}}},
      // The policy mails after a lost attempt, whatever it has left, and only then.
      {"OnCrashMailThenDelivered",
       {.attempts = 3, .on_crash = OnCrash::mail, .statuses = {500, 200}},
       {{kNothing, delivered(2, 2)},
        {delivered(2, 2), mailed(1, 0, 1)},
        {mailed(1, 1, 1), delivered(2, 2)},
        {delivered(2, 2), mailed(2, 1, 1)},
        {mailed(2, 2, 1), delivered(2, 2)}}},
      {"OnCrashMailThenMailed",
       {.attempts = 2, .on_crash = OnCrash::mail, .statuses = {500}},
       {{kNothing, mailed(2, 2)},
        {mailed(2, 2), mailed(1, 0, 1)},
        {mailed(1, 1, 1), mailed(2, 2)},
        {mailed(2, 2), mailed(2, 1, 1)},
        {mailed(2, 2, 1), mailed(2, 2)},
        {mailed(2, 2), mailed(2, 2)},
        {mailed(2, 2), mailed(2, 2)}}},
      // accepted; mail started; mail finished, ended
      {"WithoutWebhook",
       {.webhook = false, .statuses = {200}},
       {{kNothing, mailed(0, 0)}, {mailed(0, 0), mailed(0, 0)}, {mailed(0, 0), mailed(0, 0)}}},
      // As above, in an hour.
      {"NotBeforeThenDelivered",
       {.not_before = 1h, .statuses = {200}},
       {{kNothing, delivered(1, 1)},
        {delivered(1, 1), mailed(1, 0, 1)},
        {mailed(1, 1, 1), delivered(1, 1)}}},
      {"NotBeforeThenMailed",
       {.webhook = false, .not_before = 1h, .statuses = {200}},
       {{kNothing, mailed(0, 0)}, {mailed(0, 0), mailed(0, 0)}, {mailed(0, 0), mailed(0, 0)}}},
  };
}

class CrashTest : public ::testing::TestWithParam<Story> {
 protected:
  // What is not to begin before its time begins in a later life, an hour on.
  [[nodiscard]] bool waits() const { return GetParam().settings.not_before.has_value(); }
  [[nodiscard]] Duration later() const { return waits() ? Duration(2h) : Duration(0); }
  [[nodiscard]] int writes() const { return static_cast<int>(GetParam().writes.size()); }
  [[nodiscard]] bool mails() const { return GetParam().writes.back().after.mails > 0; }

  [[nodiscard]] CrashWorld world() {
    return {fmt::format("{}/{}", folder_.path(), ++worlds_), GetParam().settings};
  }

  // From the acceptance to the gap; the status of the end.
  [[nodiscard]] int live_to(const CrashWorld& world, Gap gap) const {
    const bool at_write = gap.at == Gap::At::before_write || gap.at == Gap::At::after_write;
    if (!waits() || (at_write && gap.write == 1)) return world.live({.submit = true, .gap = gap});
    EXPECT_TRUE(
        CrashWorld::killed(world.live({.submit = true, .gap = Gap{Gap::At::after_write, 1}})));
    --gap.write;  // the acceptance was the other life's
    return world.live({.gap = gap, .later = later()});
  }
  void live_to_the_end(const CrashWorld& world) const {
    ASSERT_EQ(world.live({.later = later()}), 0);
  }

  struct Expected {
    Gap gap;
    End end;
  };
  [[nodiscard]] std::vector<Expected> gaps() const {
    std::vector<Expected> all;
    int write = 0;
    for (const Row& row : GetParam().writes) {
      ++write;
      all.push_back({{Gap::At::before_write, write}, row.before});
      all.push_back({{Gap::At::after_write, write}, row.after});
    }
    if (!mails()) return all;
    all.push_back({{Gap::At::draft, 0}, GetParam().writes.back().before});
    all.push_back({{Gap::At::placed, 0}, GetParam().writes.back().before});
    return all;
  }

  TemporaryFolder folder_;

 private:
  int worlds_ = 0;
};

// That the mail tells what the journal tells, whichever process wrote it.
void check_mail(const std::string& path, const DeliveryStory& story) {
  const auto mail = read_mail_file(path);
  ASSERT_TRUE(mail.ok()) << mail.error().message;
  EXPECT_EQ(mail->header("X-Roomle-Delivery"), story.summary.id);
  EXPECT_EQ(mail->header("X-Roomle-Attempts"), std::to_string(story.summary.attempts));
  EXPECT_EQ(mail->header("X-Roomle-Possibly-Second"),
            story.summary.ambiguous_attempts > 0 ? "yes" : "no");
  EXPECT_FALSE(mail->text.empty());
}

void check_records(const DeliveryStory& story) {
  int ends = 0;
  int started = 0;
  int finished = 0;
  for (const PastRecord& one : story.records) {
    ends += std::holds_alternative<record::Ended>(one.what) ? 1 : 0;
    started += std::holds_alternative<record::AttemptStarted>(one.what) ? 1 : 0;
    finished += std::holds_alternative<record::AttemptFinished>(one.what) ? 1 : 0;
  }
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(started, story.summary.attempts);
  EXPECT_EQ(finished, started);
}

TEST_P(CrashTest, KilledInAGapItEndsAsTheTableSays) {
  for (const auto& [gap, end] : gaps()) {
    SCOPED_TRACE(text_of(gap));
    const CrashWorld world = this->world();
    ASSERT_TRUE(CrashWorld::killed(live_to(world, gap))) << "it never comes there";
    const bool accepted = gap.at != Gap::At::before_write || gap.write > 1;
    EXPECT_EQ(world.story().has_value(), accepted);
    live_to_the_end(world);
    EXPECT_EQ(world.end(), end);
    EXPECT_EQ(world.drafts().size(), gap.at == Gap::At::draft ? 1U : 0U);
    const auto story = world.story();
    if (!story) {
      EXPECT_FALSE(world.acknowledged()) << "lost";
      continue;
    }
    check_records(*story);
    for (const std::string& mail : world.mails()) check_mail(mail, *story);
  }
}

TEST_P(CrashTest, ItMakesTheWritesOfTheTableAndNoMore) {
  const CrashWorld world = this->world();
  EXPECT_EQ(live_to(world, {Gap::At::before_write, writes() + 1}), 0);
  EXPECT_EQ(world.end(), GetParam().writes.back().after);
}

// Nothing is told of the ways there are then but what holds on all of them. One second death for
// each first, in turns: all pairs would take minutes.
TEST_P(CrashTest, KilledAgainWhileItRecoversItEndsOnceWithinItsPolicy) {
  const std::vector<Gap> deaths{{Gap::At::before_write, 1},
                                {Gap::At::draft, 0},
                                {Gap::At::after_write, 1},
                                {Gap::At::placed, 0}};
  std::size_t number = 0;
  for (const auto& [gap, once] : gaps()) {
    const Gap again = deaths.at(number++ % deaths.size());
    SCOPED_TRACE(text_of(gap) + ", and then " + text_of(again));
    const CrashWorld world = this->world();
    ASSERT_TRUE(CrashWorld::killed(live_to(world, gap)));
    const int status = world.live({.gap = again, .later = later()});
    ASSERT_TRUE(status == 0 || CrashWorld::killed(status)) << status;
    live_to_the_end(world);
    const End end = world.end();
    if (!once.outcome) {
      EXPECT_EQ(end, kNothing);
      continue;
    }
    ASSERT_TRUE(end.outcome) << "still open";
    check_records(*world.story());
    EXPECT_EQ(end.mails, end.outcome == Outcome::mailed ? 1U : 0U);
    EXPECT_LE(end.attempts, GetParam().settings.attempts);
    const auto most = static_cast<std::size_t>(end.attempts);
    EXPECT_LE(end.posts, most);
    EXPECT_GE(end.posts + static_cast<std::size_t>(end.lost), most);
    EXPECT_LE(end.lost, GetParam().settings.on_crash == OnCrash::mail ? 1 : 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, CrashTest, ::testing::ValuesIn(stories()),
                         [](const auto& story) { return story.param.name; });

// The lane of a tenant is one after the other here: what is taken up and is due begins before an
// event that is accepted after it. That one is seen to its end, so it is not due.
TEST(CrashNotBefore, WhatIsNotToBeginBeforeItsTimeWaitsOverARestart) {
  const TemporaryFolder folder;
  const CrashWorld world(folder.path() + "/data", {.not_before = 1h, .statuses = {200}});
  ASSERT_TRUE(
      CrashWorld::killed(world.live({.submit = true, .gap = Gap{Gap::At::after_write, 1}})));
  const auto accepted = world.story();
  ASSERT_TRUE(accepted);
  // Writes of the other one: accepted, started, finished and ended.
  ASSERT_TRUE(CrashWorld::killed(
      world.live({.gap = Gap{Gap::At::after_write, 3}, .later = 30min, .submit_at_once = 1})));
  EXPECT_EQ(world.posts(), 1U);
  {
    auto journal = SqliteJournal::open(folder.path() + "/data");
    ASSERT_TRUE(journal.ok());
    const auto waiting = (*journal)->find(accepted->summary.id);
    EXPECT_FALSE((*waiting)->summary.outcome);
    EXPECT_EQ((*waiting)->records.size(), accepted->records.size());
  }
  ASSERT_EQ(world.live({.later = 2h}), 0);
  EXPECT_EQ(world.posts(), 2U);
}

}  // namespace
}  // namespace roomle_sim
