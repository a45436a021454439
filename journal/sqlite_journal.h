// The durable journal: one SQLite file under a data folder, for `serve`.
//
// What append() was told stands on the disk when it returns (WAL, synchronous=FULL), and survives
// the process and the machine. Calls of many threads share a commit: see journal/group_commit.h.
// docs/journal.md tells the file's contents, and what happens after a crash.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "journal/history.h"
#include "sender/journal.h"

namespace roomle_sim {

// Contract. Threads: every member may be called from any thread; reading has a connection of its
// own. Errors of append(): the disk is full or failed; nothing of the call is kept, nor of those
// that shared its commit, and each of them is told. After a full disk later calls may succeed;
// after any other error of the disk none does, since nobody knows what it holds, until the journal
// is opened anew.
class SqliteJournal : public Journal, public History {
 public:
  // Opens FOLDER/journal.sqlite3, or makes folder and file; ":memory:" keeps everything in memory.
  // Errors: open_journal_file() (journal/journal_file.h).
  static Result<std::unique_ptr<SqliteJournal>> open(const std::string& folder);
  ~SqliteJournal() override;
  SqliteJournal(const SqliteJournal&) = delete;
  SqliteJournal& operator=(const SqliteJournal&) = delete;

  std::optional<Error> append(std::span<const JournalRecord> records) override;
  void append_later(Records records, Done done) override;

  // For an orderly end: from now on no call waits for another program that holds the file longer
  // than until then, also one that waits already. What it cannot do by then fails.
  void wait_no_longer_than(std::chrono::steady_clock::time_point end);

  Result<DeliveryPage> list(const DeliveryFilter& filter, const std::string& cursor,
                            std::size_t limit) override;
  Result<std::optional<DeliveryStory>> find(const std::string& delivery) override;
  Result<DeliveryCounts> counts() override;
  Result<UnfinishedPage> unfinished(const std::string& cursor, std::size_t limit) override;
  Result<std::size_t> forget(TimePoint before, const std::stop_token& stop = {}) override;

 private:
  class Impl;
  explicit SqliteJournal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
