#include "scenarios/report_file.h"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kReport = "a report\nof two lines\n";

class ReportFile : public testing::Test {
 protected:
  const TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(ReportFile, IsWrittenWholeAndReplacesAnEarlierOne) {
  const std::string path = (folder_ / "report.xml").string();
  std::ofstream(path) << "earlier";
  EXPECT_FALSE(check_report_path(path));
  EXPECT_FALSE(write_report(kReport, path));
  EXPECT_EQ(content_of(path), kReport);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "nothing else is left there";
}

TEST_F(ReportFile, WhatCannotBeWrittenIsAnErrorAndLeavesNothing) {
  const auto nowhere = write_report(kReport, (folder_ / "no-such-folder/report.xml").string());
  ASSERT_TRUE(nowhere);
  EXPECT_EQ(nowhere->code, ErrorCode::unavailable);
  EXPECT_THAT(nowhere->message, HasSubstr("No such file or directory"));
  EXPECT_TRUE(check_report_path((folder_ / "no-such-folder/report.xml").string()));
  fs::create_directories(folder_ / "taken.xml/inside");
  EXPECT_TRUE(write_report(kReport, (folder_ / "taken.xml").string()));
  EXPECT_TRUE(check_report_path((folder_ / "taken.xml").string()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(ReportFile, ALinkStaysAndTheFileItLeadsToIsReplaced) {
  fs::create_directories(folder_ / "real");
  std::ofstream(folder_ / "real/report.xml") << "earlier";
  fs::permissions(folder_ / "real/report.xml", fs::perms(0640));
  fs::create_symlink("real/report.xml", folder_ / "first.xml");
  fs::create_symlink("first.xml", folder_ / "second.xml");
  fs::create_symlink("real/fresh.xml", folder_ / "dangling.xml");
  fs::create_symlink("round.xml", folder_ / "round.xml");
  for (const char* name : {"second.xml", "dangling.xml"}) {
    const std::string path = (folder_ / name).string();
    EXPECT_FALSE(check_report_path(path));
    EXPECT_FALSE(write_report(kReport, path));
    EXPECT_TRUE(fs::is_symlink(path));
  }
  EXPECT_EQ(content_of(folder_ / "real/report.xml"), kReport);
  EXPECT_EQ(fs::status(folder_ / "real/report.xml").permissions(), fs::perms(0640));
  EXPECT_EQ(content_of(folder_ / "real/fresh.xml"), kReport);
  EXPECT_TRUE(fs::is_symlink(folder_ / "first.xml"));
  EXPECT_TRUE(check_report_path((folder_ / "round.xml").string()));
  EXPECT_TRUE(write_report(kReport, (folder_ / "round.xml").string()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "real"), {}), 2);
}

TEST_F(ReportFile, AFifoIsWrittenIntoAlsoThroughALink) {
  const std::string fifo = (folder_ / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  fs::create_symlink("fifo", folder_ / "link");
  for (const char* name : {"fifo", "link"}) {
    const std::string path = (folder_ / name).string();
    // The report fits into the pipe: nobody has to read while it is written.
    const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    EXPECT_FALSE(check_report_path(path));
    EXPECT_FALSE(write_report(kReport, path));
    std::string text(65536, '\0');
    const ssize_t length = read(reader, text.data(), text.size());
    close(reader);
    ASSERT_GT(length, 0);
    text.resize(static_cast<std::size_t>(length));
    EXPECT_EQ(text, kReport);
    EXPECT_TRUE(fs::is_fifo(fifo));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

TEST_F(ReportFile, OneThatMayNotBeWrittenIsAnErrorButForRoot) {
  const fs::path path = folder_ / "report.xml";
  std::ofstream(path) << "earlier";
  fs::permissions(path, fs::perms(0444));
  const bool root = geteuid() == 0;
  EXPECT_EQ(check_report_path(path.string()).has_value(), !root);
  EXPECT_EQ(write_report(kReport, path.string()).has_value(), !root);
  EXPECT_EQ(content_of(path), root ? kReport : "earlier");
}

TEST_F(ReportFile, ADashIsStdout) {
  EXPECT_FALSE(check_report_path("-"));
  const std::string path = (folder_ / "out").string();
  std::fflush(stdout);
  const int earlier = dup(STDOUT_FILENO);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  dup2(file, STDOUT_FILENO);
  const auto dash = write_report(kReport, "-");
  const auto by_name = write_report(kReport, path);  // stdout by its name: behind the rest, as well
  dup2(earlier, STDOUT_FILENO);
  close(file);
  close(earlier);
  EXPECT_FALSE(dash);
  EXPECT_FALSE(by_name);
  EXPECT_EQ(content_of(path), kReport + kReport);
}

TEST_F(ReportFile, DestroysNothingBesideIt) {
  const fs::path other = folder_ / ("report.xml." + std::to_string(getpid()) + ".0.tmp");
  std::ofstream(other) << "mine";
  EXPECT_FALSE(write_report(kReport, (folder_ / "report.xml").string()));
  EXPECT_EQ(content_of(other), "mine");
}

}  // namespace
}  // namespace roomle_sim
