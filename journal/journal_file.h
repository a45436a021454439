// Opens the journal's file, and says in a sentence why it cannot be used.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "journal/folder_lock.h"
#include "journal/sqlite.h"
#include "journal/wait_limit.h"

namespace roomle_sim {

inline constexpr std::string_view kJournalFileName = "journal.sqlite3";
inline constexpr std::string_view kJournalInMemory = ":memory:";

struct JournalFile {
  std::string path;  // for messages
  std::optional<FolderLock> lock;
  std::shared_ptr<WaitLimit> wait_limit = std::make_shared<WaitLimit>();  // of both connections
  SqliteConnection writer;
  // A connection of its own, so that reading never waits for writing. Nothing in memory, where no
  // other connection sees the same tables.
  std::optional<SqliteConnection> reader;
};

// Opens FOLDER/journal.sqlite3, or makes both, for this process alone; ":memory:" is a journal that
// lives as long as the object. An older version is brought up to date.
//
// Refused, each with what to do (ErrorCode::unavailable, or bad_input where the file itself is
// wrong): a folder that cannot be made or written, a file that is read-only, no SQLite file, no
// journal, damaged, of a newer version, or in use; no room on the disk. What is refused is left as
// it was. A small file is checked whole, a large one at its ends: damage in between shows when it
// is read.
Result<JournalFile> open_journal_file(const std::string& folder);

// Why the last call on the connection failed, as a sentence.
Error journal_error(const SqliteConnection& connection, const std::string& path);

}  // namespace roomle_sim
