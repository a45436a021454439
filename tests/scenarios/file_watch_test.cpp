#include "scenarios/file_watch.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

class Watched : public testing::Test {
 protected:
  Watched() {
    auto started = FileWatch::start();
    EXPECT_TRUE(started) << started.error().message;
    watch_ = *std::move(started);
  }

  bool watch(const WatchedFiles& wanted) {
    const Result<bool> fresh = watch_->watch(wanted);
    EXPECT_TRUE(fresh) << fresh.error().message;
    return *fresh;
  }
  // Everything here happens before the wait: what the kernel has noted by then must end it. Where
  // it was not noted this never comes back, and the test's own time-out tells.
  bool changed() { return watch_->wait({}); }
  void write(const std::string& path) { std::ofstream(path) << "changed"; }
  std::string in(const std::string& name) const { return temporary_.path() + "/" + name; }

  const TemporaryFolder temporary_;
  const std::string file_ = temporary_.file("a.json", "{}");
  std::unique_ptr<FileWatch> watch_;
};

TEST_F(Watched, AFileThatIsWrittenInto) {
  EXPECT_TRUE(watch({{file_}, {}, {}}));
  EXPECT_FALSE(watch({{file_}, {}, {}})) << "it is watched already";
  write(file_);
  EXPECT_TRUE(changed());
}

TEST_F(Watched, AFileThatAnotherOneReplacesAgainAndAgain) {
  watch({{file_}, {}, {}});
  for (int i = 0; i < 3; ++i) {
    write(in("a.json.swp"));
    fs::rename(in("a.json.swp"), file_);
    EXPECT_TRUE(changed());
  }
}

TEST_F(Watched, AFileThatIsTakenAwayAndComesBack) {
  watch({{file_}, {}, {}});
  fs::remove(file_);
  EXPECT_TRUE(changed());
  write(file_);
  EXPECT_TRUE(changed());
}

TEST_F(Watched, AFileWhoseFolderIsNotThereYet) {
  const std::string later = in("later/deep/b.json");
  watch({{later}, {}, {}});
  fs::create_directories(in("later/deep"));
  EXPECT_TRUE(changed());
  watch({{later}, {}, {}});  // as the loop does after each change
  write(later);
  EXPECT_TRUE(changed());
}

TEST_F(Watched, WhatALinkLeadsTo) {
  fs::create_directory(in("real"));
  write(in("real/b.json"));
  fs::create_symlink("real/b.json", in("link.json"));
  watch({{in("link.json")}, {}, {}});
  write(in("real/b.json"));
  EXPECT_TRUE(changed());
}

TEST_F(Watched, EachScenarioOfAFolderAlsoANewOneInANewFolder) {
  watch({{}, {temporary_.path()}, {}});
  write(in("new.json"));
  EXPECT_TRUE(changed());
  fs::create_directory(in("more"));
  EXPECT_TRUE(changed());
  EXPECT_TRUE(watch({{}, {temporary_.path()}, {}})) << "the new folder";
  write(in("more/b.json"));
  EXPECT_TRUE(changed());
}

TEST_F(Watched, NeitherOtherFilesNorOurOwnReportsCount) {
  fs::create_directory(in("recorded"));
  watch({{}, {temporary_.path()}, {in("report.json"), in("recorded")}});
  write(in("report.json"));
  write(in("notes.txt"));
  write(in(".hidden.json"));
  write(in("recorded/x.replay.json"));
  EXPECT_FALSE(watch_->look());
  write(file_);
  EXPECT_TRUE(watch_->look());
}

TEST_F(Watched, AStopEndsTheWait) {
  watch({{file_}, {}, {}});
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_FALSE(watch_->wait(stop.get_token()));
}

}  // namespace
}  // namespace roomle_sim
