// Every way in which the journal's file cannot be used: told in a sentence, and left as it was.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "journal/sqlite.h"
#include "journal/sqlite_journal.h"
#include "tests/journal/journal_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr fs::perms kWrite =
    fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What `run` gives in a process of its own, so that it may change what it is allowed to.
std::string in_child(const std::function<std::string()>& run) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = run();
    const bool told = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  std::string all;
  char buffer[4096];
  for (ssize_t size; (size = read(ends[0], buffer, sizeof buffer)) > 0;) {
    all.append(buffer, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0 ? all : fmt::format("the child ended with {}: {}", status, all);
}

std::string why_not(const std::string& folder) {
  const auto journal = SqliteJournal::open(folder);
  return journal.ok() ? "opened" : journal.error().message;
}

// Modes mean nothing to root.
std::string why_not_for_a_user(const std::string& folder) {
  return in_child([&]() -> std::string {
    if (geteuid() == 0 && setuid(65534) != 0) return "cannot be another user";
    return why_not(folder);
  });
}

class OpeningTest : public ::testing::Test {
 protected:
  void make(int deliveries = 1) {
    const auto journal = SqliteJournal::open(data_);
    ASSERT_TRUE(journal) << journal.error().message;
    std::vector<JournalRecord> all;
    for (int i = 0; i < deliveries; ++i) {
      const auto more = Told(fmt::format("d-{}", i)).accepted();
      all.insert(all.end(), more.begin(), more.end());
    }
    ASSERT_FALSE((*journal)->append(all));
  }
  void run_sql(const char* sql) const {
    auto connection = SqliteConnection::open(file_);
    ASSERT_TRUE(connection);
    ASSERT_TRUE(connection->run(sql)) << connection->problem();
  }

  TemporaryFolder folder_;
  std::string data_ = folder_.path() + "/data";
  std::string file_ = data_ + "/journal.sqlite3";
};

TEST_F(OpeningTest, MakesTheFolderForItsOwnerAlone) {
  make();
  EXPECT_EQ(fs::status(data_).permissions(), fs::perms::owner_all);
  EXPECT_EQ(why_not(data_), "opened");
}

TEST_F(OpeningTest, AFileWhereTheFolderShouldBe) {
  const std::string file = folder_.file("taken", "x");
  EXPECT_THAT(why_not(file), AllOf(HasSubstr("cannot make the data folder"), HasSubstr("--data")));
  EXPECT_THAT(why_not(file + "/below"), HasSubstr("cannot make the data folder"));
}

TEST_F(OpeningTest, AFolderThatNobodyCanWriteIn) {
  EXPECT_THAT(why_not("/proc"),
              AllOf(HasSubstr("cannot write in the data folder /proc"), HasSubstr("--data")));
}

TEST_F(OpeningTest, AFolderThatAUserCannotWriteIn) {
  make();
  fs::permissions(folder_.path(), fs::perms::all);
  fs::remove(data_ + "/journal.lock");
  fs::permissions(data_, fs::perms::all & ~kWrite);
  EXPECT_THAT(why_not_for_a_user(data_), HasSubstr("cannot write in the data folder"));
  fs::permissions(data_, fs::perms::all);
}

TEST_F(OpeningTest, AReadOnlyFile) {
  make();
  const std::string before = content(file_);
  fs::remove(data_ + "/journal.lock");
  fs::permissions(folder_.path(), fs::perms::all);
  fs::permissions(data_, fs::perms::all);
  fs::permissions(file_, fs::perms::all & ~kWrite);
  EXPECT_THAT(why_not_for_a_user(data_), AllOf(HasSubstr("is read-only"), HasSubstr("--data")));
  EXPECT_EQ(content(file_), before);
}

TEST_F(OpeningTest, AFileThatIsNoDatabase) {
  folder_.file("data/journal.sqlite3", std::string(5000, 'x'));
  EXPECT_THAT(why_not(data_), AllOf(HasSubstr("is no SQLite file"), HasSubstr("move it away")));
  EXPECT_EQ(content(file_), std::string(5000, 'x'));
}

TEST_F(OpeningTest, AFolderWhereTheFileShouldBe) {
  fs::create_directories(file_);
  EXPECT_THAT(why_not(data_), AllOf(HasSubstr("is a folder"), HasSubstr("--data")));
  EXPECT_EQ(SqliteJournal::open(data_).error().code, ErrorCode::bad_input);
}

TEST_F(OpeningTest, ADatabaseOfAnotherProgram) {
  folder_.file("data/x", "");
  run_sql("CREATE TABLE bookmarks (url TEXT)");
  const std::string before = content(file_);
  EXPECT_THAT(why_not(data_), HasSubstr("is a database of another program"));
  EXPECT_EQ(content(file_), before);
}

TEST_F(OpeningTest, AJournalOfANewerVersionIsLeftUntouched) {
  make();
  run_sql("PRAGMA user_version = 1000");
  const std::string before = content(file_);
  EXPECT_THAT(why_not(data_), HasSubstr("was written by a newer roomle-sim"));
  EXPECT_EQ(content(file_), before);
}

TEST_F(OpeningTest, AJournalOfAnOlderVersionIsBroughtUpToDate) {
  make();
  run_sql("DROP TABLE records; DROP TABLE deliveries; PRAGMA user_version = 0");
  make();
  EXPECT_EQ(why_not(data_), "opened");
}

TEST_F(OpeningTest, AStepThatCannotBeTakenLeavesTheOlderVersionWhole) {
  make();
  run_sql("DROP TABLE deliveries; PRAGMA user_version = 0");  // but records is there already
  const std::string before = content(file_);
  EXPECT_THAT(why_not(data_), AllOf(HasSubstr("cannot be used; keep a copy"),
                                    HasSubstr("(table records already exists)")));
  EXPECT_EQ(content(file_), before);
}

TEST_F(OpeningTest, AFileWhosePagesWereOverwritten) {
  make(50);
  {
    std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096);
    file << std::string(8 * 4096, 'x');
  }
  const std::string before = content(file_);
  EXPECT_THAT(why_not(data_), AllOf(HasSubstr("is damaged"), HasSubstr("keep a copy")));
  EXPECT_EQ(content(file_), before) << "a damaged journal is made no worse";
}

TEST_F(OpeningTest, AFileWithoutATableAColumnOrAnIndex) {
  for (const auto& [sql, part] :
       {std::pair{"DROP TABLE records", "it has no records"},
        std::pair{"DROP INDEX deliveries_open", "it has no deliveries_open"},
        std::pair{"ALTER TABLE records DROP COLUMN details", "it has no records.details"}}) {
    fs::remove_all(data_);
    make();
    run_sql(sql);
    const std::string before = content(file_);
    const auto journal = SqliteJournal::open(data_);
    ASSERT_FALSE(journal) << sql;
    EXPECT_EQ(journal.error().code, ErrorCode::bad_input);
    EXPECT_THAT(journal.error().message, AllOf(HasSubstr("is damaged"), HasSubstr(part)));
    EXPECT_TRUE(content(file_) == before) << sql;
  }
}

TEST_F(OpeningTest, WhatAnOpenDeliveryHoldsCannotBeReadAndTheFileStaysAsItWas) {
  make();
  run_sql("UPDATE deliveries SET body = 'no JSON'");
  const std::string before = content(file_);
  {
    const auto journal = SqliteJournal::open(data_);
    ASSERT_TRUE(journal) << journal.error().message;
    const auto open = (*journal)->unfinished("", 10);
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().code, ErrorCode::bad_input);
    EXPECT_THAT(open.error().message, HasSubstr("of delivery d-0 cannot be read"));
  }
  EXPECT_TRUE(content(file_) == before);
}

// Until the log is moved into it for the first time, the file alone holds nothing at all.
TEST_F(OpeningTest, AFileWhoseLogIsGone) {
  const std::string killed = in_child([&]() -> std::string {
    const auto journal = SqliteJournal::open(data_);
    if (!journal.ok() || (*journal)->append(Told("d-1").accepted())) return "not appended";
    kill(getpid(), SIGKILL);
    return "";
  });
  ASSERT_THAT(killed, HasSubstr("ended with 9"));
  const std::string log = content(file_ + "-wal");
  const std::string before = content(file_);
  fs::remove(file_ + "-wal");
  EXPECT_THAT(why_not(data_),
              AllOf(HasSubstr("journal.sqlite3-wal is missing"), HasSubstr("to begin anew")));
  EXPECT_TRUE(content(file_) == before);
  std::ofstream(file_ + "-wal", std::ios::binary) << log;
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->counts()->open, 1);
}

TEST_F(OpeningTest, AFileThatWasCut) {
  make(50);
  fs::resize_file(file_, 3 * 4096 + 100);
  EXPECT_THAT(why_not(data_), HasSubstr("is damaged"));
}

TEST_F(OpeningTest, AnotherProcessHoldsIt) {
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal);
  EXPECT_THAT(in_child([&] { return why_not(data_); }),
              AllOf(HasSubstr("is in use by another roomle-sim"),
                    HasSubstr(fmt::format("(process {})", getpid()))));
}

TEST_F(OpeningTest, AProcessThatWasKilledHoldsNothing) {
  const std::string child = in_child([&]() -> std::string {
    const auto journal = SqliteJournal::open(data_);
    if (!journal.ok()) return journal.error().message;
    if ((*journal)->append(Told("d-1").accepted())) return "not appended";
    kill(getpid(), SIGKILL);
    return "";
  });
  EXPECT_THAT(child, HasSubstr("ended with 9"));
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->unfinished("", 10)->deliveries.size(), 1U);
}

// A database browser with a transaction, a backup.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& file)
      : connection_(SqliteConnection::open(file).value()) {
    EXPECT_TRUE(connection_.run("BEGIN IMMEDIATE")) << connection_.problem();
  }
  void let_go() { EXPECT_TRUE(connection_.run("COMMIT")) << connection_.problem(); }

 private:
  SqliteConnection connection_;
};

TEST_F(OpeningTest, WhatAnotherProgramHoldsIsWaitedForWhenItIsToBeWritten) {
  make();
  OtherProgram other(file_);
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal) << journal.error().message;
  auto appended = std::async(std::launch::async, [&] {
    return (*journal)->append(Told("d-more").accepted()).value_or(Error{ErrorCode::usage, "fine"});
  });
  // Longer than the start waits.
  EXPECT_EQ(appended.wait_for(std::chrono::seconds(6)), std::future_status::timeout);
  EXPECT_EQ((*journal)->counts()->open, 1) << "reading goes on";
  other.let_go();
  EXPECT_EQ(appended.get().message, "fine");
  EXPECT_EQ((*journal)->counts()->open, 2);
}

TEST_F(OpeningTest, AtAnOrderlyEndWhatAnotherProgramHoldsIsWaitedForNoLonger) {
  make();
  OtherProgram other(file_);
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal) << journal.error().message;
  auto waiting = std::async(std::launch::async, [&] {
    return (*journal)->append(Told("d-more").accepted()).value_or(Error{ErrorCode::usage, "fine"});
  });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  (*journal)->wait_no_longer_than(std::chrono::steady_clock::now());
  EXPECT_THAT(waiting.get().message, HasSubstr("is held by another program"));
}

TEST_F(OpeningTest, ALogOfACrashThatAnotherProgramHolds) {
  make();
  const std::string killed = in_child([&]() -> std::string {
    const auto journal = SqliteJournal::open(data_);
    if (!journal.ok() || (*journal)->append(Told("d-more").accepted())) return "not appended";
    kill(getpid(), SIGKILL);
    return "";
  });
  ASSERT_THAT(killed, HasSubstr("ended with 9"));
  {
    const OtherProgram other(file_);
    const std::string log = content(file_ + "-wal");
    EXPECT_THAT(why_not(data_), HasSubstr("is held by another program; close it"));
    EXPECT_TRUE(content(file_ + "-wal") == log);
  }
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->counts()->open, 2);
}

// The file may not grow beyond this: to a process the same as a disk that is full.
void limit_files(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(OpeningTest, ADiskThatIsFullFromTheStart) {
  EXPECT_THAT(in_child([&] {
                limit_files(2000);
                return why_not(data_);
              }),
              HasSubstr("cannot be read or written"));
  EXPECT_EQ(why_not(data_), "opened") << "what it left behind is in nobody's way";
}

TEST_F(OpeningTest, ADiskThatFillsKeepsEverythingThatWasAcknowledged) {
  const std::string child = in_child([&]() -> std::string {
    const auto journal = SqliteJournal::open(data_);
    if (!journal.ok()) return journal.error().message;
    limit_files(200'000);
    for (int i = 0; i < 10'000; ++i) {
      const auto error = (*journal)->append(Told(fmt::format("d-{}", i)).accepted());
      if (!error) continue;
      // Reading goes on, and sees just what was acknowledged.
      const bool same = (*journal)->counts()->open == i;
      return fmt::format("{} {} {}", i, same ? "same" : "different", error->message);
    }
    return "never full";
  });
  EXPECT_THAT(child, AllOf(HasSubstr(" same "), HasSubstr("cannot be read or written")));
  const auto journal = SqliteJournal::open(data_);
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->counts()->open, std::stoi(child));
  EXPECT_FALSE((*journal)->append(Told("d-more").accepted()));
}

}  // namespace
}  // namespace roomle_sim
