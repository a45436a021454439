// Files of an earlier version, damaged ones among them; what a delivery's row holds beyond its
// event.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "journal/schema.h"
#include "journal/sqlite.h"
#include "journal/sqlite_journal.h"
#include "tests/journal/journal_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

// The tables as version 1 of the program made them, to the letter.
constexpr const char* kMadeByVersion1 = R"sql(
  CREATE TABLE deliveries (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL,
    tenant      INTEGER NOT NULL,
    event       TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    ended_at    INTEGER,
    outcome     TEXT,
    attempts    INTEGER NOT NULL DEFAULT 0,
    ambiguous   INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    status      INTEGER NOT NULL DEFAULT 0,
    body        TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX deliveries_id ON deliveries (id);
  CREATE INDEX deliveries_time ON deliveries (accepted_at);
  CREATE INDEX deliveries_tenant ON deliveries (tenant, accepted_at);
  CREATE INDEX deliveries_event ON deliveries (event, accepted_at);
  CREATE INDEX deliveries_open ON deliveries (accepted_at) WHERE outcome IS NULL;
  CREATE INDEX deliveries_outcome ON deliveries (outcome, accepted_at) WHERE outcome IS NOT NULL;
  CREATE INDEX deliveries_reason ON deliveries (reason, accepted_at) WHERE reason IS NOT NULL;
  CREATE TABLE records (
    key     INTEGER PRIMARY KEY,
    records TEXT NOT NULL,
    details TEXT
  ) STRICT;
  PRAGMA application_id = 1380929357;
  PRAGMA user_version = 1;
)sql";
// The first delivery was delivered, the second is being attempted.
constexpr const char* kRecordsOfVersion1 = R"sql(
  INSERT INTO records VALUES (1 << 20, '[{"atNs":1,"record":"attempt_started","number":1}]',
    '[{"request":{"url":"http://127.0.0.1:8090/roomle","headers":[["token","01-a"]],
      "timeoutNs":10000000000,"token":"01-a","plaintext":"t;anonymous;k"}}]');
  INSERT INTO records VALUES ((1 << 20) + 1,
    '[{"atNs":2,"record":"attempt_finished","number":1,"verdict":{"success":true,"status":200}},
      {"atNs":2,"record":"ended","outcome":"delivered","attempts":1,"ambiguousAttempts":0}]',
    '[{"result":{"durationNs":5,"requestSent":true,
      "response":{"status":200,"headers":[],"body":"ok"}}},{}]');
  UPDATE deliveries SET outcome = 'delivered', ended_at = 2, attempts = 1, status = 200
    WHERE number = 1;
  INSERT INTO records VALUES (2 << 20, '[{"atNs":3,"record":"attempt_started","number":1}]',
    '[{"request":{"url":"http://127.0.0.1:8090/roomle","headers":[["token","01-b"]],
      "timeoutNs":10000000000,"token":"01-b","plaintext":"t;anonymous;k"}}]');
)sql";

// Everything in the folder but the lock, which names the process.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
  }
  all.erase("journal.lock");
  return all;
}

class JournalVersion : public ::testing::Test {
 protected:
  void open() {
    auto opened = SqliteJournal::open(folder_.path());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    journal_ = std::move(opened).value();
  }
  void run(const char* sql) {
    auto file = SqliteConnection::open(path());
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->run(sql)) << file->problem();
  }
  // As the first version made and wrote it.
  void make_older() {
    auto file = SqliteConnection::open(path());
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->value("PRAGMA journal_mode = WAL"));
    ASSERT_TRUE(file->run(kMadeByVersion1)) << file->problem();
    for (int i = 1; i <= 60; ++i) {
      const std::string row = fmt::format(
          "INSERT INTO deliveries (number, id, tenant, event, accepted_at, body) VALUES ({0}, "
          "'d-{0}', 42, 'email.savedConfiguration', {0}000000000, "
          "'{{\"event\":\"email.savedConfiguration\",\"data\":{{\"email\":\"a@b.example\"}}}}')",
          i);
      ASSERT_TRUE(file->run(row.c_str())) << file->problem();
    }
    ASSERT_TRUE(file->run(kRecordsOfVersion1)) << file->problem();
  }
  // Overwrites the middle of the file.
  void damage() const {
    const auto size = fs::file_size(path());
    std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(size / 2));
    const std::string garbage(5000, '\x7f');
    file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  }
  [[nodiscard]] std::string path() const { return folder_.path() + "/journal.sqlite3"; }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteJournal> journal_;
};

TEST_F(JournalVersion, AnOlderFileIsBroughtUpToDateWithWhatItHolds) {
  make_older();
  open();
  const auto story = journal_->find("d-1");
  ASSERT_TRUE(story.ok() && *story);
  EXPECT_EQ((*story)->event->message(), "");
  EXPECT_EQ((*story)->event->email(), "a@b.example");
  EXPECT_EQ((*story)->summary.outcome, Outcome::delivered);
  ASSERT_EQ((*story)->records.size(), 4U);
  EXPECT_EQ((*story)->records[2].exchange->result.response->body, "ok");
  const auto open_ones = journal_->unfinished("", 100);
  ASSERT_EQ(open_ones->deliveries.size(), 59U);
  EXPECT_EQ(open_ones->deliveries[0].id, "d-2");
  EXPECT_EQ(open_ones->deliveries[0].records.size(), 2U);
  EXPECT_EQ(journal_->counts()->delivered, 1);
  ASSERT_FALSE(journal_->append(Told("d-new").accepted()));
  ASSERT_FALSE(journal_->append(Told("d-new").attempt_started(1)));
  EXPECT_EQ((*journal_->find("d-new"))->records.size(), 2U);
  journal_.reset();
  auto file = SqliteConnection::open(path());
  EXPECT_EQ(file->integer("PRAGMA user_version"), schema_version());
}

TEST_F(JournalVersion, ADamagedOlderFileIsLeftAsItWasByteForByte) {
  make_older();
  damage();
  const auto before = contents(folder_.path());
  ASSERT_EQ(before.size(), 1U) << "the file alone: its log was moved into it";
  const auto refused = SqliteJournal::open(folder_.path());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::bad_input) << refused.error().message;
  EXPECT_EQ(contents(folder_.path()), before);
}

TEST_F(JournalVersion, ALogThatACrashLeftBesideADamagedFileIsLeftTooAsItWas) {
  make_older();
  damage();
  {
    // As a process that was killed leaves it: the log is not moved into the file.
    auto file = SqliteConnection::open(path());
    ASSERT_TRUE(file.ok());
    file->tidy_on_close(false);
    ASSERT_TRUE(file->run("UPDATE deliveries SET status = 503 WHERE number = 2"))
        << file->problem();
  }
  auto before = contents(folder_.path());
  ASSERT_GT(before["journal.sqlite3-wal"].size(), 0U);
  ASSERT_FALSE(SqliteJournal::open(folder_.path()).ok());
  auto after = contents(folder_.path());
  // The log's index is SQLite's scratch, and holds locks of who reads.
  before.erase("journal.sqlite3-shm");
  after.erase("journal.sqlite3-shm");
  EXPECT_EQ(after, before);
}

TEST_F(JournalVersion, AnOpenDeliveryWhoseEventCannotBeReadIsToldAsDamage) {
  open();
  ASSERT_FALSE(journal_->append(Told("d-1").accepted()));
  journal_.reset();
  for (const char* body : {"{\"event\":", "", "x", "[1]", "null"}) {
    run(fmt::format("UPDATE deliveries SET body = '{}'", body).c_str());
    open();
    const auto page = journal_->unfinished("", 100);
    ASSERT_FALSE(page.ok()) << body;
    EXPECT_EQ(page.error().code, ErrorCode::bad_input);
    EXPECT_THAT(page.error().message, HasSubstr("is damaged"));
    EXPECT_THAT(page.error().message, HasSubstr("delivery d-1"));
    journal_.reset();
  }
}

TEST_F(JournalVersion, AnOpenDeliveryWhoseRecordsCannotBeReadIsToldAsDamage) {
  open();
  ASSERT_FALSE(journal_->append(Told("d-1").accepted()));
  ASSERT_FALSE(journal_->append(Told("d-1").attempt_started(1)));
  journal_.reset();
  for (const char* records :
       {"x", "{}", "[{}]", R"([{"atNs":1,"record":"attempt_started","number":-1}])",
        R"([{"atNs":1,"record":"attempt_started"}])", R"([{"atNs":1,"record":"accepted"}])",
        R"([{"atNs":"1","record":"ended"}])"}) {
    run(fmt::format("UPDATE records SET records = '{}'", records).c_str());
    open();
    const auto page = journal_->unfinished("", 100);
    ASSERT_FALSE(page.ok()) << records;
    EXPECT_THAT(page.error().message, HasSubstr("delivery d-1"));
    journal_.reset();
  }
}

TEST_F(JournalVersion, TheCustomersWordsAndLanguageAreKept) {
  open();
  auto records = Told("d-1").accepted();
  Event event = records.front().event->parse();
  event.message = "Look at \"this\",\nmy friend";
  event.language = "de-AT";
  records.front().event = std::make_shared<const EventText>(event);
  ASSERT_FALSE(journal_->append(records));
  journal_.reset();
  open();
  EXPECT_EQ((*journal_->find("d-1"))->event->message(), event.message);
  EXPECT_EQ((*journal_->find("d-1"))->event->language(), event.language);
  const auto page = journal_->unfinished("", 100);
  EXPECT_EQ(page->deliveries.at(0).event->message(), event.message);
  EXPECT_EQ(page->deliveries.at(0).event->parse().message, event.message);
  EXPECT_EQ(page->deliveries.at(0).event->parse().language, event.language);
}

TEST_F(JournalVersion, TheTimeBeforeWhichNothingBeginsIsKept) {
  open();
  auto records = Told("d-1").accepted();
  records.front().what = record::Accepted{at_second(90)};
  ASSERT_FALSE(journal_->append(records));
  Told other("d-2");
  ASSERT_FALSE(journal_->append(other.accepted()));
  journal_.reset();
  open();
  const auto page = journal_->unfinished("", 100);
  ASSERT_EQ(page->deliveries.size(), 2U);
  ASSERT_EQ(page->deliveries[0].records.size(), 1U);
  EXPECT_EQ(std::get<record::Accepted>(page->deliveries[0].records[0].what).not_before,
            at_second(90));
  ASSERT_EQ(page->deliveries[1].records.size(), 1U);
  EXPECT_FALSE(std::get<record::Accepted>(page->deliveries[1].records[0].what).not_before);
  EXPECT_EQ((*journal_->find("d-1"))->records.size(), 1U);
}

TEST_F(JournalVersion, CredentialsGivenAsHeadersAreNotWrittenDown) {
  open();
  Told told("d-1");
  ASSERT_FALSE(journal_->append(told.accepted()));
  auto started = told.attempt_started(1);
  auto exchange = std::make_shared<Exchange>(*started.front().exchange);
  exchange->request.headers.emplace_back("Authorization", "Bearer very-hidden");
  started.front().exchange = exchange;
  ASSERT_FALSE(journal_->append(started));
  const auto story = journal_->find("d-1");
  const Headers& headers = (*story)->records.back().exchange->request.headers;
  EXPECT_EQ(headers.at(0).second, exchange->token);
  EXPECT_EQ(headers.at(1).second, "(not kept)");
  const auto files = contents(folder_.path());
  EXPECT_GE(files.size(), 2U);  // the log too
  for (const auto& [name, bytes] : files) {
    EXPECT_EQ(bytes.find("very-hidden"), std::string::npos) << name;
  }
}

TEST_F(JournalVersion, CookiesOfAResponseAreNotWrittenDownAndItsOtherHeadersAre) {
  open();
  Told told("d-1");
  ASSERT_FALSE(journal_->append(told.accepted()));
  ASSERT_FALSE(journal_->append(told.attempt_started(1)));
  auto finished = told.delivered(1);
  auto exchange = std::make_shared<Exchange>(*finished.front().exchange);
  exchange->result.response->headers = {{"Set-Cookie", "session=very-hidden"}, {"Server", "acme"}};
  finished.front().exchange = exchange;
  ASSERT_FALSE(journal_->append(finished));
  const auto story = journal_->find("d-1");
  const Headers expected{{"Set-Cookie", "(not kept)"}, {"Server", "acme"}};
  EXPECT_EQ((*story)->records[2].exchange->result.response->headers, expected);
  for (const auto& [name, bytes] : contents(folder_.path())) {
    EXPECT_EQ(bytes.find("very-hidden"), std::string::npos) << name;
  }
}

TEST_F(JournalVersion, ItsFilesAreForTheirOwnerAloneAlsoInAnOpenFolder) {
  fs::permissions(folder_.path(), fs::perms::all);
  const mode_t before = umask(0);
  open();
  ASSERT_FALSE(journal_->append(Told("d-1").accepted()));
  umask(before);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 4);  // the file, its log, the log's index, the lock
}

TEST_F(JournalVersion, FilesThatAnEarlierStartLeftOpenToOthersAreClosedToThem) {
  open();
  ASSERT_FALSE(journal_->append(Told("d-1").accepted()));
  journal_.reset();
  std::ofstream(path() + "-wal").put('x');  // no log: SQLite begins it anew
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    fs::permissions(entry.path(), fs::perms::all);
  }
  open();
  constexpr fs::perms kOwner = fs::perms::owner_read | fs::perms::owner_write;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_EQ(entry.status().permissions(), kOwner) << entry.path();
  }
}

}  // namespace
}  // namespace roomle_sim
