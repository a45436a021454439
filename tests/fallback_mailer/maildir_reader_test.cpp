#include "fallback_mailer/maildir_reader.h"

#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "fallback_mailer/maildir.h"
#include "mail_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MaildirReaderTest : public testing::Test {
 protected:
  MaildirReaderTest() {
    for (const char* part : {"new", "cur", "tmp"}) {
      std::filesystem::create_directories(folder_ + "/" + part);
    }
  }
  void put(const std::string& name, const std::string& content, int second = 0) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    const timespec times[2] = {{1000 + second, 0}, {1000 + second, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (folder_ + "/" + name).c_str(), times, 0), 0);
  }
  [[nodiscard]] std::vector<std::string> ids() const {
    const auto list = reader_.list();
    if (!list) ADD_FAILURE() << list.error().message;
    std::vector<std::string> found;
    for (const MailEntry& one : *list) found.push_back(one.id);
    return found;
  }
  [[nodiscard]] std::string read(const std::string& id) const {
    const auto bytes = reader_.read(id);
    if (!bytes) return "error: " + bytes.error().message;
    return bytes->value_or("none");
  }

  TemporaryFolder temporary_;
  std::string folder_ = temporary_.path() + "/mail";
  MaildirReader reader_{folder_};
};

TEST_F(MaildirReaderTest, ListsNewAndReadMailsTheNewestFirstWithoutTheFlagsOfAReader) {
  put("new/d-1.eml", "one", 1);
  put("cur/d-3.eml:2,S", "three!", 3);
  put("new/d-2.eml", "two", 2);
  put("tmp/d-4.eml.9", "not placed yet", 4);
  put("new/.hidden", "", 5);
  EXPECT_THAT(ids(), ElementsAre("d-3.eml", "d-2.eml", "d-1.eml"));
  const auto entry = reader_.find("d-3.eml");
  ASSERT_TRUE(entry.ok() && *entry);
  EXPECT_EQ((*entry)->path, folder_ + "/cur/d-3.eml:2,S");
  EXPECT_EQ((*entry)->bytes, 6U);
  EXPECT_EQ((*entry)->at, TimePoint(std::chrono::seconds(1003)));
}

TEST_F(MaildirReaderTest, MailsOfOneMomentAreInTheOrderOfTheirNames) {
  put("new/b", "", 1);
  put("new/c", "", 1);
  put("new/a", "", 1);
  EXPECT_THAT(ids(), ElementsAre("c", "b", "a"));
}

TEST_F(MaildirReaderTest, GivesTheBytesAsTheyStand) {
  const std::string bytes("From: x\r\n\r\n\0\xff tail", 18);
  put("new/d-1.eml", bytes);
  put("cur/d-2.eml:2,RS", "read");
  EXPECT_EQ(read("d-1.eml"), bytes);
  EXPECT_EQ(read("d-2.eml"), "read");
}

TEST_F(MaildirReaderTest, AListedMailIsReadWhereItStandsNow) {
  put("new/d-1.eml", "one");
  const auto entry = reader_.find("d-1.eml");
  ASSERT_TRUE(entry.ok() && *entry);
  EXPECT_EQ(reader_.read(**entry)->value_or("none"), "one");
  std::filesystem::rename(folder_ + "/new/d-1.eml", folder_ + "/cur/d-1.eml:2,S");
  EXPECT_EQ(reader_.read(**entry)->value_or("none"), "one");
  std::filesystem::remove(folder_ + "/cur/d-1.eml:2,S");
  EXPECT_EQ(reader_.read(**entry)->value_or("none"), "none");
  put("secret", "outside");
  std::filesystem::create_symlink(folder_ + "/secret", folder_ + "/new/d-1.eml");
  EXPECT_EQ(reader_.read(**entry)->value_or("none"), "none");
}

TEST_F(MaildirReaderTest, ReadsWhatTheMaildirPlaced) {
  ASSERT_TRUE((*Maildir::open(folder_))->deliver(test::sample_mail()).ok());
  EXPECT_THAT(ids(), ElementsAre("d-000017.eml"));
  EXPECT_EQ(read("d-000017.eml"), compose_mail(test::sample_mail(), {}).value());
}

TEST_F(MaildirReaderTest, AnIdThatIsNoFilesNameIsNoMail) {
  put("new/d-1.eml", "one");
  put("cur/d-2.eml:2,S", "two");
  put("secret", "outside");
  std::filesystem::create_directory(folder_ + "/new/folder");
  for (const std::string& id :
       {std::string("../secret"), std::string("../new/d-1.eml"), std::string(""), std::string("."),
        std::string(".."), std::string("/etc/passwd"), std::string("new/d-1.eml"),
        std::string("d-2.eml:2,S"), std::string("d-1.eml\0", 8), std::string("d-1.eml/"),
        std::string("d-1"), std::string("folder"), std::string("d-1.eml "),
        std::string(5000, 'x')}) {
    EXPECT_EQ(read(id), "none") << id;
    const auto found = reader_.find(id);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_FALSE(*found) << id;
  }
}

TEST_F(MaildirReaderTest, NoSymbolicLinkIsFollowed) {
  put("secret", "outside");
  std::filesystem::create_symlink(folder_ + "/secret", folder_ + "/new/d-1.eml");
  std::filesystem::create_symlink(folder_ + "/secret", folder_ + "/cur/d-2.eml:2,S");
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(read("d-1.eml"), "none");
  EXPECT_EQ(read("d-2.eml"), "none");
}

TEST_F(MaildirReaderTest, AFolderThatIsASymbolicLinkIsAnError) {
  std::filesystem::create_directory(folder_ + "/elsewhere");
  put("elsewhere/secret.eml", "outside");
  std::filesystem::remove(folder_ + "/cur");
  std::filesystem::create_directory_symlink(folder_ + "/elsewhere", folder_ + "/cur");
  const auto list = reader_.list();
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, ErrorCode::unavailable);
  EXPECT_THAT(list.error().message, HasSubstr(folder_ + "/cur"));
  EXPECT_THAT(read("secret.eml"), HasSubstr("error: "));
}

TEST_F(MaildirReaderTest, ANamedPipeIsNoMailAndHangsNobody) {
  ASSERT_EQ(::mkfifo((folder_ + "/new/pipe.eml").c_str(), 0600), 0);
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(read("pipe.eml"), "none");
}

TEST_F(MaildirReaderTest, AFileBeyondTheCapIsListedButNotRead) {
  put("new/at.eml", std::string(kMailCap, 'x'));
  put("new/beyond.eml", std::string(kMailCap + 1, 'x'), 1);
  EXPECT_THAT(ids(), ElementsAre("beyond.eml", "at.eml"));
  EXPECT_EQ(read("at.eml").size(), kMailCap);
  EXPECT_THAT(read("beyond.eml"), HasSubstr("error: "));
}

TEST_F(MaildirReaderTest, FoldersThatWereClearedAwayHoldNoMails) {
  std::filesystem::remove(folder_ + "/new");
  std::filesystem::remove(folder_ + "/cur");
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(read("d-1.eml"), "none");
}

TEST_F(MaildirReaderTest, AFolderThatIsNotThereIsAnErrorThatNamesIt) {
  const auto list = MaildirReader(folder_ + "/none").list();
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, ErrorCode::unavailable);
  EXPECT_THAT(list.error().message, HasSubstr(folder_ + "/none"));
}

// A mail reader takes mails over from new to cur, and changes their flags, while they are listed.
TEST_F(MaildirReaderTest, AMailThatIsMovedMeanwhileIsFoundAllTheSame) {
  put("new/d-1.eml", "one");
  std::atomic<bool> stop{false};
  std::thread mover([&] {
    const std::string places[] = {"/new/d-1.eml", "/cur/d-1.eml:2,", "/cur/d-1.eml:2,S",
                                  "/cur/d-1.eml:2,"};
    for (int at = 0; !stop; at = at == 3 ? 2 : at + 1) {
      const int next = at == 3 ? 2 : at + 1;
      std::filesystem::rename(folder_ + places[at], folder_ + places[next]);
    }
  });
  int found = 0;
  for (int i = 0; i < 200; ++i) found += read("d-1.eml") == "one" ? 1 : 0;
  stop = true;
  mover.join();
  EXPECT_GT(found, 190);
  EXPECT_EQ(read("d-1.eml"), "one");
}

}  // namespace
}  // namespace roomle_sim
