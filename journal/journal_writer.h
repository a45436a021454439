// Writes entries into the journal's tables, many in one transaction, with statements that are
// prepared once. Threads: one at a time. Lifetime: the connection must outlive it, and stay where
// it is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "journal/journal_entry.h"
#include "journal/sqlite.h"

namespace roomle_sim {

class JournalWriter {
 public:
  // `path` is for messages.
  static Result<JournalWriter> create(SqliteConnection& connection, const std::string& path);

  // All of it, on the disk when this returns nothing; or an error, and nothing of it is kept. After
  // an error of the disk itself (not a full one) nobody knows what it holds, so every later call
  // fails too: the journal is opened again, which looks at what is there.
  std::optional<Error> write(std::span<const JournalWork* const> group);

  // The number of the newest delivery; 0: there is none.
  [[nodiscard]] std::int64_t last_number() const { return last_number_; }

 private:
  JournalWriter(SqliteConnection& connection, std::string path)
      : connection_(&connection), path_(std::move(path)) {}

  bool prepare();
  bool write_work(const JournalWork& work);
  bool forget(Forgetting& forgetting);
  bool write_entry(const JournalEntry& entry);
  bool accept(const JournalEntry& entry);
  bool judge(std::int64_t number, const JudgementEntry& judged);
  bool end(std::int64_t number, const EndEntry& ended);
  bool judge_and_end(std::int64_t number, const JudgementEntry& judged, const EndEntry& ended);
  std::optional<std::int64_t> number_of(const std::string& delivery);
  Error failed();

  SqliteConnection* connection_;
  std::string path_;
  std::int64_t last_number_ = 0;
  std::string unknown_;  // a delivery whose acceptance this journal never saw
  std::optional<Error> broken_;
  SqliteStatement begin_;
  SqliteStatement commit_;
  SqliteStatement accept_;
  SqliteStatement find_;
  SqliteStatement add_;
  SqliteStatement judge_;
  SqliteStatement end_;
  SqliteStatement judge_and_end_;
  SqliteStatement oldest_;
  SqliteStatement drop_records_;
  SqliteStatement drop_delivery_;
};

}  // namespace roomle_sim
