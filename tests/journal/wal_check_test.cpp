// A log that a crash left, whole and damaged: what was acknowledged is there, or it is said that it
// is not.
#include "journal/wal_check.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "journal/sqlite.h"
#include "journal/sqlite_journal.h"
#include "tests/journal/journal_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::size_t kHeader = 32;
constexpr std::size_t kFrame = 24 + 4096;
constexpr int kAcknowledged = 5;

std::string wal_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// The files as a kill leaves them behind some acknowledged deliveries, in a commit each.
class WalCheck : public ::testing::Test {
 protected:
  WalCheck() {
    const std::string live = folder_.path() + "/live";
    const auto journal = SqliteJournal::open(live);
    for (int i = 0; i < kAcknowledged; ++i) {
      EXPECT_FALSE((*journal)->append(Told(fmt::format("d-{}", i)).accepted()));
    }
    fs::create_directories(data_);
    for (const char* name : {"/journal.sqlite3", "/journal.sqlite3-wal"}) {
      fs::copy_file(live + name, data_ + name);
    }
    log_ = wal_content(wal_);
    index_ = wal_content(live + "/journal.sqlite3-shm");
  }

  // How many are open after a start, or why it was refused.
  [[nodiscard]] std::string start() const {
    const auto journal = SqliteJournal::open(data_);
    if (!journal) return journal.error().message;
    return std::to_string((*journal)->counts()->open);
  }
  void flip(std::size_t at) {
    std::string bytes = log_;
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x40);
    put(wal_, bytes);
  }

  TemporaryFolder folder_;
  const std::string data_ = folder_.path() + "/data";
  const std::string wal_ = data_ + "/journal.sqlite3-wal";
  const std::string shm_ = data_ + "/journal.sqlite3-shm";  // not there after a power failure
  std::string log_;
  std::string index_;
};

TEST_F(WalCheck, ALogThatAKillLeftIsTakenOver) {
  ASSERT_GE(log_.size(), kHeader + kAcknowledged * kFrame);
  EXPECT_EQ(start(), "5");
  EXPECT_EQ(start(), "5");
  EXPECT_EQ(fs::exists(wal_) ? fs::file_size(wal_) : 0, 0U);
}

TEST_F(WalCheck, ADamagedByteIsToldAndNothingIsTouched) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, kHeader + 9, kHeader + 500}) {
    flip(at);
    const std::string file = wal_content(data_ + "/journal.sqlite3");
    const std::string log = wal_content(wal_);
    const std::string told = start();
    EXPECT_THAT(told, HasSubstr("is damaged")) << at;
    EXPECT_THAT(told, HasSubstr("its log")) << at;
    EXPECT_EQ(wal_content(data_ + "/journal.sqlite3"), file) << at;
    EXPECT_EQ(wal_content(wal_), log) << at;
  }
}

TEST_F(WalCheck, WhatACrashLeavesOfTheLastCommitIsNoDamage) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{100}, kFrame - 1}) {
    put(wal_, log_.substr(0, log_.size() - cut));
    EXPECT_FALSE(find_log_damage(wal_, shm_)) << cut;
  }
  flip(log_.size() - 10);
  EXPECT_FALSE(find_log_damage(wal_, shm_));
  EXPECT_EQ(start(), "4");
}

TEST_F(WalCheck, AnEmptyLogAndNoneAtAllAreRight) {
  put(wal_, "");
  EXPECT_FALSE(find_log_damage(wal_, shm_));
  put(wal_, log_.substr(0, kHeader));
  EXPECT_FALSE(find_log_damage(wal_, shm_));
  EXPECT_FALSE(find_log_damage(folder_.path() + "/none", shm_));
}

TEST_F(WalCheck, ATornHeaderWithoutFramesIsThatOfALogThatBegan) {
  put(wal_, std::string(kHeader, '\0'));
  EXPECT_FALSE(find_log_damage(wal_, shm_));
}

TEST_F(WalCheck, DamagedSaltsDoNotHideACommit) {
  const std::size_t frames = (log_.size() - kHeader) / kFrame;
  std::size_t commits = 0;
  for (std::size_t frame = frames; frame > 0 && commits < 2; --frame) {
    const std::size_t at = kHeader + (frame - 1) * kFrame;
    if (log_.substr(at + 4, 4) == std::string(4, '\0')) continue;
    ++commits;
    flip(at + 8);
    EXPECT_EQ(find_log_damage(wal_, shm_).has_value(), commits == 2) << frame;
  }
}

TEST_F(WalCheck, AfterAKillTheIndexTellsOfTheLastCommitToo) {
  put(shm_, index_);
  EXPECT_FALSE(find_log_damage(wal_, shm_));
  flip(log_.size() - 10);
  EXPECT_THAT(start(), HasSubstr("its log is wrong or cut from frame"));
  EXPECT_EQ(wal_content(shm_), index_) << "nothing was touched";
  put(wal_, log_);
  EXPECT_EQ(start(), "5");
}

TEST_F(WalCheck, AfterAKillTheIndexTellsOfALogThatWasCutOrTakenAway) {
  put(shm_, index_);
  for (const std::size_t size : {log_.size() - 1, log_.size() - kFrame, kHeader}) {
    put(wal_, log_.substr(0, size));
    EXPECT_THAT(start(), HasSubstr("its log is wrong or cut from frame")) << size;
  }
  put(wal_, "");
  EXPECT_THAT(start(), HasSubstr("journal.sqlite3-wal is empty"));
  fs::remove(wal_);
  EXPECT_THAT(start(), HasSubstr("journal.sqlite3-wal is missing"));
  put(wal_, log_);
  EXPECT_EQ(start(), "5");
}

TEST_F(WalCheck, AnIndexThatIsNotWholeOrOfAnotherRoundTellsNothing) {
  const std::string cut = log_.substr(0, log_.size() - 1);
  put(wal_, cut);
  for (const std::size_t at : {std::size_t{16}, std::size_t{40}, std::size_t{48 + 16}}) {
    std::string index = index_;
    index.at(at) = static_cast<char>(index.at(at) ^ 1);
    put(shm_, index);
    EXPECT_FALSE(find_log_damage(wal_, shm_)) << at;
  }
  put(shm_, index_.substr(0, 90));
  EXPECT_FALSE(find_log_damage(wal_, shm_));
  put(shm_, std::string(index_.size(), '\0'));
  EXPECT_FALSE(find_log_damage(wal_, shm_));
  EXPECT_EQ(start(), "4");
}

// A checkpoint moves it all into the file; the next round of the log begins with other salts.
TEST_F(WalCheck, ALogWhoseFramesAreAllInTheFileMayGo) {
  const std::string live = folder_.path() + "/moved";
  const auto journal = SqliteJournal::open(live);
  ASSERT_FALSE((*journal)->append(Told("d-1").accepted()));
  auto other = SqliteConnection::open(live + "/journal.sqlite3");
  ASSERT_TRUE(other->run("PRAGMA wal_checkpoint(PASSIVE)"));
  EXPECT_FALSE(find_log_damage(live + "/none", live + "/journal.sqlite3-shm"));
  ASSERT_FALSE((*journal)->append(Told("d-2").accepted()));
  EXPECT_FALSE(find_log_damage(live + "/journal.sqlite3-wal", live + "/journal.sqlite3-shm"));
  EXPECT_TRUE(find_log_damage(live + "/none", live + "/journal.sqlite3-shm"));
}

// Wherever a byte goes wrong: at most the last commit is missing, or it is told.
TEST_F(WalCheck, NoDamagedByteTakesMoreThanTheLastCommitUnseen) {
  const std::uint64_t seed = ::testing::UnitTest::GetInstance()->random_seed();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  const std::string file = wal_content(data_ + "/journal.sqlite3");
  for (int round = 0; round < 60; ++round) {
    const std::size_t at = random.between(0, log_.size() - 1);
    put(data_ + "/journal.sqlite3", file);
    fs::remove(shm_);  // a start before this one may have left it
    flip(at);
    const std::string told = start();
    if (told.find("is damaged") == std::string::npos) {
      EXPECT_THAT(told, ::testing::AnyOf("4", "5")) << "byte " << at;
    }
  }
}

}  // namespace
}  // namespace roomle_sim
