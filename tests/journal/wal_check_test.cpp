// A log that a crash left, whole and damaged: what was acknowledged is there, or it is said that it
// is not.
#include "journal/wal_check.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
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

std::string content(const std::string& path) {
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
    log_ = content(wal_);
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
  std::string log_;
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
    const std::string file = content(data_ + "/journal.sqlite3");
    const std::string log = content(wal_);
    const std::string told = start();
    EXPECT_THAT(told, HasSubstr("is damaged")) << at;
    EXPECT_THAT(told, HasSubstr("its log")) << at;
    EXPECT_EQ(content(data_ + "/journal.sqlite3"), file) << at;
    EXPECT_EQ(content(wal_), log) << at;
  }
}

TEST_F(WalCheck, WhatACrashLeavesOfTheLastCommitIsNoDamage) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{100}, kFrame - 1}) {
    put(wal_, log_.substr(0, log_.size() - cut));
    EXPECT_FALSE(find_log_damage(wal_)) << cut;
  }
  flip(log_.size() - 10);
  EXPECT_FALSE(find_log_damage(wal_));
  EXPECT_EQ(start(), "4");
}

TEST_F(WalCheck, AnEmptyLogAndNoneAtAllAreRight) {
  put(wal_, "");
  EXPECT_FALSE(find_log_damage(wal_));
  put(wal_, log_.substr(0, kHeader));
  EXPECT_FALSE(find_log_damage(wal_));
  EXPECT_FALSE(find_log_damage(folder_.path() + "/none"));
}

// Wherever a byte goes wrong: at most the last commit is missing, or it is told.
TEST_F(WalCheck, NoDamagedByteTakesMoreThanTheLastCommitUnseen) {
  const std::uint64_t seed = ::testing::UnitTest::GetInstance()->random_seed();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  const std::string file = content(data_ + "/journal.sqlite3");
  for (int round = 0; round < 60; ++round) {
    const std::size_t at = random.between(0, log_.size() - 1);
    put(data_ + "/journal.sqlite3", file);
    flip(at);
    const std::string told = start();
    if (told.find("is damaged") == std::string::npos) {
      EXPECT_THAT(told, ::testing::AnyOf("4", "5")) << "byte " << at;
    }
  }
}

}  // namespace
}  // namespace roomle_sim
