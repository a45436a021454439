#include "fallback_mailer/maildir.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fallback_mailer/mail_reader.h"
#include "fallback_mailer/maildir_files.h"
#include "mail_fixture.h"
#include "tests/support/no_descriptors.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using test::names_in;
using test::sample_mail;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MaildirTest : public testing::Test {
 protected:
  [[nodiscard]] std::string at(const std::string& part) const { return folder_ + part; }
  std::unique_ptr<Maildir> open() {
    Result<std::unique_ptr<Maildir>> opened = Maildir::open(folder_);
    if (!opened.ok()) ADD_FAILURE() << opened.error().message;
    return std::move(opened).value();
  }
  TemporaryFolder temporary_;
  std::string folder_ = temporary_.path() + "/a/mail";
};

TEST_F(MaildirTest, AMailStandsInNewAsOneFileForItsOwner) {
  const Result<MailReceipt, MailError> receipt = open()->deliver(sample_mail());
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  EXPECT_EQ(receipt->where, at("/new/d-000017.eml"));
  EXPECT_THAT(names_in(at("")), ElementsAre("cur", "new", "tmp"));
  EXPECT_THAT(names_in(at("/new")), ElementsAre("d-000017.eml"));
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
  EXPECT_EQ(content_of(receipt->where), compose_mail(sample_mail(), {}).value());
  EXPECT_EQ(read_mail_file(receipt->where)->header("x-roomle-delivery"), "d-000017");
  struct stat info {};
  ASSERT_EQ(stat(receipt->where.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(MaildirTest, ASlashAtTheEndChangesNothing) {
  Result<std::unique_ptr<Maildir>> opened = Maildir::open(folder_ + "//");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened.value()->deliver(sample_mail())->where, at("/new/d-000017.eml"));
}

TEST_F(MaildirTest, HandedOverAgainItIsTheSameMail) {
  const auto maildir = open();
  const std::string first = maildir->deliver(sample_mail())->where;
  FallbackMail later = sample_mail();
  later.at += std::chrono::hours(1);
  EXPECT_EQ(maildir->deliver(later)->where, first);
  EXPECT_EQ(open()->deliver(sample_mail())->where, first);  // another start of the simulator
  EXPECT_THAT(names_in(at("/new")), ElementsAre("d-000017.eml"));
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
  EXPECT_THAT(content_of(first), HasSubstr("12:34:56"));
}

TEST_F(MaildirTest, AMailThatAReaderMovedIsNotWrittenAgain) {
  for (const std::string flags : {"", ":2,", ":2,S", ":2,FRS"}) {
    const auto maildir = open();
    const std::string first = maildir->deliver(sample_mail())->where;
    std::filesystem::rename(first, at("/cur/d-000017.eml") + flags);
    EXPECT_EQ(maildir->deliver(sample_mail())->where, first) << flags;
    EXPECT_THAT(names_in(at("/new")), IsEmpty());
    EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
    std::filesystem::remove_all(folder_);
  }
}

TEST_F(MaildirTest, ANameThatOnlyBeginsTheSameIsAnother) {
  const auto maildir = open();
  std::ofstream(at("/cur/d-000017.eml.bak:2,S")) << "another";
  ASSERT_TRUE(maildir->deliver(sample_mail()).ok());
  EXPECT_THAT(names_in(at("/new")), ElementsAre("d-000017.eml"));
}

TEST_F(MaildirTest, SixteenThreadsWithTheSameMailsLeaveOneOfEach) {
  constexpr int kThreads = 16;
  constexpr int kMails = 20;
  std::vector<std::unique_ptr<Maildir>> maildirs;
  for (int i = 0; i < kThreads; ++i) maildirs.push_back(open());
  std::vector<int> failures(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int number = 0; number < kMails; ++number) {
        FallbackMail mail = sample_mail();
        mail.delivery = "d-" + std::to_string(number);
        const Result<MailReceipt, MailError> receipt = maildirs[i]->deliver(mail);
        const bool right = receipt.ok() && receipt->where == at("/new/" + mail.delivery + ".eml");
        if (!right) ++failures[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(failures, testing::Each(0));
  EXPECT_EQ(names_in(at("/new")).size(), static_cast<std::size_t>(kMails));
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
}

// A mail reader takes mails away to cur while senders hand the same ones over again and again.
TEST_F(MaildirTest, ProcessesAndAMailReaderTogetherLeaveOneOfEach) {
  constexpr int kProcesses = 4;
  constexpr int kMails = 25;
  open();
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int failures = 0;
      const auto maildir = open();
      for (int number = 0; number < kMails; ++number) {
        FallbackMail mail = sample_mail();
        mail.delivery = "d-" + std::to_string(number);
        for (int again = 0; again < 3; ++again) failures += maildir->deliver(mail).ok() ? 0 : 1;
      }
      _exit(failures == 0 ? 0 : 1);
    }
    children.push_back(child);
  }
  const auto move_all = [&] {
    for (const std::string& name : names_in(at("/new"))) {
      std::filesystem::rename(at("/new/" + name), at("/cur/" + name + ":2,S"));
    }
  };
  for (const pid_t child : children) {
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) move_all();
    EXPECT_EQ(status, 0);
  }
  move_all();
  EXPECT_EQ(names_in(at("/cur")).size(), static_cast<std::size_t>(kMails));
  EXPECT_THAT(names_in(at("/new")), IsEmpty());
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
}

TEST_F(MaildirTest, ABadAddressLeavesNoFile) {
  FallbackMail mail = sample_mail();
  mail.event.data["email"] = "nobody";
  const Result<MailReceipt, MailError> receipt = open()->deliver(mail);
  ASSERT_FALSE(receipt.ok());
  EXPECT_EQ(receipt.error().fault, MailFault::bad_address);
  EXPECT_THAT(names_in(at("/new")), IsEmpty());
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
}

TEST_F(MaildirTest, AFileInPlaceOfTheFolderIsTold) {
  const std::string file = temporary_.path() + "/file";
  std::ofstream(file) << "x";
  for (const std::string& path : {file, file + "/mail"}) {
    const auto opened = Maildir::open(path);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
    EXPECT_THAT(opened.error().message, HasSubstr(path));
    EXPECT_THAT(opened.error().message, HasSubstr("Not a directory"));
  }
  EXPECT_THAT(Maildir::open("/proc/roomle-mail").error().message,
              HasSubstr("the mail folder /proc/roomle-mail cannot be made: "));
}

TEST_F(MaildirTest, AFolderThatTakesNothingMoreFailsTheMail) {
  const auto maildir = open();
  std::filesystem::remove_all(at("/new"));
  std::ofstream(at("/new")) << "a file now";
  const Result<MailReceipt, MailError> receipt = maildir->deliver(sample_mail());
  ASSERT_FALSE(receipt.ok());
  EXPECT_EQ(receipt.error().fault, MailFault::unavailable);
  EXPECT_THAT(receipt.error().message, HasSubstr("Not a directory"));
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
}

#ifndef ROOMLE_SIM_NEEDS_DESCRIPTORS
TEST_F(MaildirTest, WhereNoDescriptorIsLeftItIsWorthTryingAgain) {
  const auto maildir = open();
  {
    const test::NoDescriptors none;
    const Result<MailReceipt, MailError> receipt = maildir->deliver(sample_mail());
    ASSERT_FALSE(receipt.ok());
    EXPECT_EQ(receipt.error().fault, MailFault::shortage);
  }
  EXPECT_TRUE(maildir->deliver(sample_mail()).ok());
}
#endif

TEST_F(MaildirTest, AFolderThatWasRemovedIsMadeAgain) {
  const auto maildir = open();
  std::filesystem::remove_all(folder_);
  EXPECT_TRUE(maildir->deliver(sample_mail()).ok());
  EXPECT_THAT(names_in(at("/new")), ElementsAre("d-000017.eml"));
}

// A file-size limit breaks the write in the middle, as a full disk does. Set in a process of its
// own, since it would hit the test's report too.
TEST_F(MaildirTest, AFullDiskLeavesNothingHalfWritten) {
  const auto maildir = open();
  for (const rlim_t limit : {rlim_t{0}, rlim_t{100}, rlim_t{1500}}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit small{limit, limit};
      if (setrlimit(RLIMIT_FSIZE, &small) != 0) _exit(2);
      const Result<MailReceipt, MailError> receipt = maildir->deliver(sample_mail());
      const bool right = !receipt.ok() && receipt.error().fault == MailFault::unavailable &&
                         receipt.error().message.find("File too large") != std::string::npos;
      _exit(right ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << limit;
    EXPECT_THAT(names_in(at("/new")), IsEmpty());
    EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
  }
  EXPECT_TRUE(maildir->deliver(sample_mail()).ok());
}

TEST_F(MaildirTest, AHolderOfTheLockThatHangsEndsAsUnavailable) {
  const auto opened = Maildir::open(folder_, {}, std::chrono::milliseconds(30));
  ASSERT_TRUE(opened.ok());
  Maildir& maildir = **opened;
  {
    const maildir_files::MaildirLock holder(folder_, std::chrono::seconds(20));
    ASSERT_FALSE(holder.error());
    const Result<MailReceipt, MailError> receipt = maildir.deliver(sample_mail());
    ASSERT_FALSE(receipt.ok());
    EXPECT_EQ(receipt.error().fault, MailFault::unavailable);
    EXPECT_THAT(receipt.error().message, HasSubstr("another process holds the lock on " + folder_));
    EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
  }
  EXPECT_TRUE(maildir.deliver(sample_mail()).ok());
}

TEST_F(MaildirTest, AnIdFromOutsideStaysInTheFolder) {
  FallbackMail mail = sample_mail();
  mail.delivery = "../../../evil";
  const Result<MailReceipt, MailError> receipt = open()->deliver(mail);
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(std::filesystem::path(receipt->where).parent_path(), at("/new"));
  EXPECT_THAT(names_in(at("/new")), testing::SizeIs(1));
}

// A sender that is killed between a mail's draft and its place leaves it in tmp.
TEST_F(MaildirTest, DraftsThatAKilledSenderLeftAreClearedADayAndAHalfLater) {
  open();
  const auto put = [&](const std::string& name, std::chrono::hours age) {
    std::ofstream(at("/tmp/" + name)) << "half a ma";
    std::filesystem::last_write_time(at("/tmp/" + name),
                                     std::filesystem::file_time_type::clock::now() - age);
  };
  put("d-01jc9x.eml.4711.1.8823651", std::chrono::hours(37));
  put("id-a_b=0123456789abcdef.eml.4711.22.1", std::chrono::hours(1000));
  put("d-01jc9y.eml.4711.2.8823652", std::chrono::hours(35));  // perhaps still being written
  // Other programs' drafts, and what only looks like ours.
  put("1700000000.M5P6.host", std::chrono::hours(37));
  put("d-1.eml", std::chrono::hours(37));
  put("d-1.eml.1.2", std::chrono::hours(37));
  put("d-1.eml.1.2.3.4", std::chrono::hours(37));
  put("d-1.eml.1..2.3", std::chrono::hours(37));
  put("d-1.eml.1.2.3x", std::chrono::hours(37));
  put(".eml.1.2.3", std::chrono::hours(37));
  std::filesystem::create_directory(at("/tmp/d-2.eml.1.2.3"));
  std::filesystem::create_symlink(at("/tmp/d-1.eml"), at("/tmp/d-3.eml.1.2.3"));
  open();
  EXPECT_THAT(names_in(at("/tmp")),
              testing::UnorderedElementsAre("d-01jc9y.eml.4711.2.8823652", "1700000000.M5P6.host",
                                            "d-1.eml", "d-1.eml.1.2", "d-1.eml.1.2.3.4",
                                            "d-1.eml.1..2.3", "d-1.eml.1.2.3x", ".eml.1.2.3",
                                            "d-2.eml.1.2.3", "d-3.eml.1.2.3"));
}

// That the name which is cleared is the name which is written.
TEST_F(MaildirTest, ADraftOfItsOwnIsClearedWhenItIsOld) {
  const auto maildir = open();
  const std::string draft = at("/tmp/" + maildir_files::draft_name("d-000017.eml"));
  std::ofstream(draft) << "half a ma";
  open();
  EXPECT_TRUE(std::filesystem::exists(draft));
  std::filesystem::last_write_time(
      draft, std::filesystem::file_time_type::clock::now() - std::chrono::hours(37));
  open();
  EXPECT_THAT(names_in(at("/tmp")), IsEmpty());
}

}  // namespace
}  // namespace roomle_sim
