// What a Maildir asks of the disk: what is flushed before what, and how much is read.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fallback_mailer/maildir.h"
#include "mail_fixture.h"
#include "tests/support/system_calls.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using test::sample_mail;
using test::SystemCall;
using test::WatchedCalls;
using testing::ElementsAre;
using testing::IsSupersetOf;

class MaildirCallsTest : public testing::Test {
 protected:
  // "fsync PATH" and "renameat2 PATH" in their order, below the temporary folder ("." is itself).
  template <class Act>
  std::vector<std::string> written_by(const Act& act) {
    const std::string base = std::filesystem::canonical(temporary_.path());
    std::vector<std::string> calls;
    const WatchedCalls watch([&](const SystemCall& call) {
      if (call.name == "readdir" || !call.done) return;
      const auto path = std::filesystem::path(call.path).lexically_relative(base);
      calls.push_back(fmt::format("{} {}", call.name, path.string()));
    });
    act();
    return calls;
  }
  template <class Act>
  static int reads_by(const Act& act) {
    std::atomic<int> reads{0};
    const WatchedCalls watch([&](const SystemCall& call) {
      if (call.name == "readdir" && call.done) ++reads;
    });
    act();
    return reads;
  }
  std::unique_ptr<Maildir> open() { return Maildir::open(folder_).value(); }
  static void deliver(Maildir& maildir, int number) {
    FallbackMail mail = sample_mail();
    mail.delivery = fmt::format("d-{}", number);
    ASSERT_TRUE(maildir.deliver(mail).ok());
  }
  static void deliver(Maildir& maildir, int from, int to) {
    for (int number = from; number < to; ++number) deliver(maildir, number);
  }
  void move_to_cur(int number, const std::string& flags) const {
    std::filesystem::rename(fmt::format("{}/new/d-{}.eml", folder_, number),
                            fmt::format("{}/cur/d-{}.eml{}", folder_, number, flags));
  }
  [[nodiscard]] std::size_t mails() const {
    return test::names_in(folder_ + "/new").size() + test::names_in(folder_ + "/cur").size();
  }

  TemporaryFolder temporary_;
  std::string folder_ = temporary_.path() + "/a/b/mail";
};

TEST_F(MaildirCallsTest, FoldersThatItMakesAreOnTheDiskWhenItIsOpen) {
  const auto calls = written_by([&] { open(); });
  EXPECT_THAT(calls, IsSupersetOf({"fsync .", "fsync a", "fsync a/b", "fsync a/b/mail"}));
}

TEST_F(MaildirCallsTest, FoldersThatStandAreFlushedTooSinceWhoMadeThemMayHaveBeenKilled) {
  open();
  EXPECT_THAT(written_by([&] { open(); }), IsSupersetOf({"fsync a/b", "fsync a/b/mail"}));
}

TEST_F(MaildirCallsTest, FoldersThatItMakesAgainForAMailAreOnTheDiskBeforeIt) {
  const auto maildir = open();
  std::filesystem::remove_all(temporary_.path() + "/a");
  const auto calls = written_by([&] { deliver(*maildir, 1); });
  ASSERT_GE(calls.size(), 6U);
  EXPECT_THAT(calls, IsSupersetOf({"fsync .", "fsync a", "fsync a/b", "fsync a/b/mail"}));
  EXPECT_EQ(calls.back(), "fsync a/b/mail/new");
}

TEST_F(MaildirCallsTest, AMailIsFlushedThenPlacedAndThenItsPlaceIsFlushed) {
  const auto maildir = open();
  const auto calls = written_by([&] { deliver(*maildir, 1); });
  using testing::StartsWith;
  EXPECT_THAT(calls,
              ElementsAre(StartsWith("fsync a/b/mail/tmp/d-1.eml."),
                          StartsWith("renameat2 a/b/mail/tmp/d-1.eml."), "fsync a/b/mail/new"));
}

TEST_F(MaildirCallsTest, AMailMoreReadsNoneOfThoseThatAreThere) {
  const auto maildir = open();
  deliver(*maildir, 0, 100);
  EXPECT_EQ(reads_by([&] { deliver(*maildir, 100, 200); }), 0);
}

TEST_F(MaildirCallsTest, ThoseOfAnEarlierStartAreReadOnce) {
  deliver(*open(), 0, 50);
  for (int number = 0; number < 25; ++number) move_to_cur(number, ":2,S");
  const auto maildir = open();
  EXPECT_GT(reads_by([&] { deliver(*maildir, 50); }), 50);
  EXPECT_EQ(reads_by([&] { deliver(*maildir, 51, 60); }), 0);
}

TEST_F(MaildirCallsTest, AfterAMailReaderWasAtWorkTheyAreReadOnceMore) {
  const auto maildir = open();
  deliver(*maildir, 0, 10);
  move_to_cur(3, ":2,S");
  EXPECT_GT(reads_by([&] { deliver(*maildir, 10); }), 10);
  EXPECT_EQ(reads_by([&] { deliver(*maildir, 11, 20); }), 0);
}

TEST_F(MaildirCallsTest, WhatAMailReaderMovedAgainAndAgainIsNeverWrittenTwice) {
  const auto maildir = open();
  deliver(*maildir, 0, 10);
  move_to_cur(3, ":2,");
  deliver(*maildir, 3);
  const std::string cur = folder_ + "/cur/d-3.eml";
  std::filesystem::rename(cur + ":2,", cur + ":2,RS");
  deliver(*maildir, 3);
  std::filesystem::rename(cur + ":2,RS", folder_ + "/new/d-3.eml:2,");  // marked as unread
  deliver(*maildir, 3);
  EXPECT_EQ(mails(), 10U);
}

TEST_F(MaildirCallsTest, WhatAnotherSenderPlacedIsNotWrittenAgainWhereverItStands) {
  const auto maildir = open();
  const auto other = open();
  for (int number = 0; number < 50; ++number) {
    deliver(*maildir, 1000 + number);
    deliver(*other, number);
    if (number % 2 == 0) move_to_cur(number, ":2,S");
    deliver(*maildir, number);
  }
  EXPECT_EQ(mails(), 100U);
}

TEST_F(MaildirCallsTest, AMailThatWasDeletedIsWrittenAgain) {
  const auto maildir = open();
  deliver(*maildir, 0, 3);
  std::filesystem::remove(folder_ + "/new/d-1.eml");
  deliver(*maildir, 1);
  EXPECT_THAT(test::names_in(folder_ + "/new"), ElementsAre("d-0.eml", "d-1.eml", "d-2.eml"));
}

// A list read while a mail reader renames may miss what it renames: here, each time that one is
// read to its first name.
TEST_F(MaildirCallsTest, AMailThatIsMovedWhileTheFoldersAreReadIsFound) {
  deliver(*open(), 0, 20);
  move_to_cur(7, ":2,");
  const auto maildir = open();
  std::atomic<int> moves{0};
  const std::string cur = folder_ + "/cur/d-7.eml:2,";
  const std::string in_new = folder_ + "/new/d-7.eml:2,";
  {
    // new was read without it; before cur is read it goes to new.
    const WatchedCalls watch([&](const SystemCall& call) {
      static thread_local int reads = 0;
      if (call.name != "readdir" || !call.done) return;
      if (++reads == 22 && moves++ == 0) std::filesystem::rename(cur, in_new);
    });
    deliver(*maildir, 7);
  }
  EXPECT_EQ(moves, 1);
  EXPECT_EQ(mails(), 20U);
}

TEST_F(MaildirCallsTest, AFolderThatCannotBeReadFailsTheMailInsteadOfRiskingASecondOne) {
  const auto maildir = open();
  std::filesystem::remove(folder_ + "/cur");
  std::filesystem::create_symlink(folder_ + "/nowhere", folder_ + "/cur");
  const auto receipt = maildir->deliver(sample_mail());
  ASSERT_FALSE(receipt.ok());
  EXPECT_EQ(receipt.error().fault, MailFault::unavailable);
}

}  // namespace
}  // namespace roomle_sim
