#include "journal/journal_file.h"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include "journal/schema.h"
#include "journal/wal_check.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

// A backup or somebody's shell may hold the file for a while. At the start that is soon told;
// later those who want to be acknowledged wait, since to give up would end the whole service.
constexpr Duration kPatience = std::chrono::minutes(1);

// Up to here checking all pages takes less time than anybody notices.
constexpr std::int64_t kCheckedWhole = 16LL * 1024 * 1024;

Error refusal(ErrorCode code, const std::string& path, std::string_view why) {
  return Error{code, fmt::format("the journal {} {}", path, why)};
}

Error error_of(SqliteFault fault, const std::string& problem, const std::string& path) {
  const auto refuse = [&](ErrorCode code, std::string_view why) {
    return refusal(code, path, fmt::format("{} ({})", why, problem));
  };
  switch (fault) {
    case SqliteFault::cannot_open:
      return refuse(ErrorCode::unavailable, "cannot be opened; choose another folder with --data");
    case SqliteFault::read_only:
      return refuse(ErrorCode::unavailable,
                    "is read-only; let this user write it, or choose another folder with --data");
    case SqliteFault::not_a_database:
      return refuse(ErrorCode::bad_input,
                    "is no SQLite file; move it away, or choose another folder with --data");
    case SqliteFault::damaged:
      return refuse(
          ErrorCode::bad_input,
          "is damaged; keep a copy of its folder, and try 'sqlite3 FILE .recover', or move "
          "the folder away to begin anew");
    case SqliteFault::busy:
      return refuse(ErrorCode::unavailable,
                    "is held by another program; close it (a database browser, a backup)");
    case SqliteFault::full:
      return refuse(ErrorCode::unavailable, "has no room: the disk is full; make room");
    case SqliteFault::io:
      return refuse(ErrorCode::unavailable, "cannot be read or written; look at the disk");
    case SqliteFault::none:
    case SqliteFault::other:
      break;
  }
  return refuse(ErrorCode::unavailable,
                "cannot be used; keep a copy of its folder, or choose another one with --data");
}

// A folder that is new is for its owner alone: the journal holds customers' addresses. Its name is
// on the disk before anything in it counts.
std::optional<Error> make_folder(const std::string& folder) {
  std::error_code failed;
  const bool made = fs::create_directories(folder, failed);
  if (!failed && fs::is_directory(folder, failed)) {
    if (!made) return std::nullopt;
    fs::permissions(folder, fs::perms::owner_all, failed);
    const fs::path parent = fs::absolute(folder, failed).parent_path();
    if (const int fd = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
      fsync(fd);
      close(fd);
    }
    return std::nullopt;
  }
  const std::string why = failed ? failed.message() : "a file of that name is there";
  return Error{
      ErrorCode::unavailable,
      fmt::format("cannot make the data folder {}: {}; choose another with --data", folder, why)};
}

// Customers' addresses stand in them: for their owner alone, whatever the umask and the folder are,
// and however loose an earlier start left them. A log that is made later takes over the file's mode
// (https://sqlite.org/wal.html).
void keep_private(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string file = path + suffix;
    struct stat now {};
    if (stat(file.c_str(), &now) == 0) chmod(file.c_str(), now.st_mode & (S_IRUSR | S_IWUSR));
  }
}

// Whether a process that was ended left a log with something in it.
bool has_log(const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path + "-wal", failed);
  return !failed && size > 0;
}

bool has_log_file(const std::string& path) {
  std::error_code failed;
  return fs::exists(path + "-wal", failed);
}

// SQLite says of it no more than that it cannot be opened.
std::optional<Error> check_kind(const std::string& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status) || fs::is_regular_file(status)) return std::nullopt;
  return refusal(ErrorCode::bad_input, path,
                 fs::is_directory(status)
                     ? "is a folder; move it away, or choose another folder with --data"
                     : "is no file; move it away, or choose another folder with --data");
}

// A file that never held more than SQLite's mark of the log: all that was written stood in the log.
std::optional<Error> check_log_is_there(SqliteConnection& connection, const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  const auto mode = connection.value("PRAGMA journal_mode");
  if (!mode) return journal_error(connection, path);
  if (failed || size == 0 || *mode != "wal") return std::nullopt;
  return refusal(ErrorCode::bad_input, path,
                 fmt::format("holds nothing without its log, and {}-wal is missing; put that back "
                             "beside it, or move the file away to begin anew",
                             kJournalFileName));
}

std::optional<Error> check_state(SqliteConnection& connection, const std::string& path,
                                 bool log_missing) {
  const std::optional<SchemaState> state = schema_state(connection);
  if (!state) return journal_error(connection, path);
  if (*state == SchemaState::not_a_journal) {
    return refusal(ErrorCode::bad_input, path,
                   "is a database of another program; choose another folder with --data");
  }
  if (*state == SchemaState::newer) {
    return refusal(ErrorCode::bad_input, path,
                   "was written by a newer roomle-sim; use that one, or choose another folder with "
                   "--data");
  }
  if (*state == SchemaState::empty && log_missing) return check_log_is_there(connection, path);
  return std::nullopt;
}

std::optional<Error> check_schema(SqliteConnection& connection, const std::string& path) {
  const auto missing = missing_in_schema(connection);
  if (!missing) return journal_error(connection, path);
  if (missing->empty()) return std::nullopt;
  return error_of(SqliteFault::damaged, fmt::format("it has no {}", *missing), path);
}

// Reads enough to notice a file that was cut or overwritten, without reading all of a large one.
std::optional<Error> check_pages(SqliteConnection& connection, const std::string& path) {
  const auto size = connection.integer(
      "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
  if (!size) return journal_error(connection, path);
  if (*size <= kCheckedWhole) {
    const auto verdict = connection.value("PRAGMA quick_check(1)");
    if (!verdict) return journal_error(connection, path);
    if (*verdict == "ok") return std::nullopt;
    // "*** in database main ***" stands on a line of its own before what was found.
    return error_of(SqliteFault::damaged, verdict->substr(verdict->rfind('\n') + 1), path);
  }
  constexpr std::array kEnds{
      "SELECT min(number) FROM deliveries", "SELECT max(number) FROM deliveries",
      "SELECT min(key) FROM records",       "SELECT max(key) FROM records",
      "SELECT min(id) FROM deliveries",     "SELECT max(id) FROM deliveries"};
  for (const char* query : kEnds) {
    if (!connection.integer(query)) return journal_error(connection, path);
  }
  return std::nullopt;
}

// FULL: a commit is on the disk before it counts. A checkpoint after some 16 MB keeps the log short
// and comes rarely enough not to be felt.
constexpr const char* kWriterSettings =
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16000;"
    "PRAGMA temp_store = MEMORY";
constexpr const char* kReaderSettings =
    "PRAGMA query_only = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY";

// A journal of this version is not written to: what is in it may turn out as damaged when it is
// read, and is then to be found as it was.
std::optional<Error> bring_up_to_date(SqliteConnection& writer, const std::string& path) {
  const std::optional<SchemaState> state = schema_state(writer);
  if (!state) return journal_error(writer, path);
  if (*state != SchemaState::current && !migrate(writer)) return journal_error(writer, path);
  return std::nullopt;
}

// A log that a crash left goes into the file, so that what it ended with is not taken for damage
// after the next one.
std::optional<Error> fold_log(SqliteConnection& writer, const std::string& path) {
  const auto held = writer.integer("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!held) return journal_error(writer, path);
  if (*held == 0) return std::nullopt;
  return error_of(SqliteFault::busy, "its log cannot be moved into it", path);
}

std::optional<Error> prepare_writer(SqliteConnection& writer, const std::string& path,
                                    bool in_memory) {
  // What is refused stays as it is: a log with something in it is not moved into the file, and
  // without one SQLite takes away again what it made for reading.
  const bool crashed = has_log(path);
  const bool log_missing = !in_memory && !has_log_file(path);
  writer.tidy_on_close(!crashed);
  if (const auto error = check_state(writer, path, log_missing)) return error;
  if (writer.read_only()) return error_of(SqliteFault::read_only, "opened for reading alone", path);
  // Before anything is written: a damaged file must not be made worse by bringing it up to date.
  if (auto error = check_schema(writer, path)) return error;
  if (auto error = check_pages(writer, path)) return error;
  writer.tidy_on_close(false);  // where bringing it up to date fails
  if (!in_memory) keep_private(path);
  const auto mode = writer.value("PRAGMA journal_mode = WAL");
  if (!mode) return journal_error(writer, path);
  if (*mode != "wal" && !in_memory) {
    return refusal(
        ErrorCode::unavailable, path,
        "stands on a file system that cannot share memory, such as a network's; choose a "
        "local folder with --data");
  }
  if (!writer.run(kWriterSettings)) return journal_error(writer, path);
  if (auto error = bring_up_to_date(writer, path)) return error;
  if (crashed) {
    if (auto error = fold_log(writer, path)) return error;
  }
  writer.tidy_on_close(true);
  return std::nullopt;
}

Result<SqliteConnection> connect(const std::string& path) {
  auto opened = SqliteConnection::open(path);
  if (!opened) return error_of(opened.error(), "SQLite cannot open it", path);
  return std::move(opened).value();
}

}  // namespace

Error journal_error(const SqliteConnection& connection, const std::string& path) {
  return error_of(connection.fault(), connection.problem(), path);
}

Result<JournalFile> open_journal_file(const std::string& folder) {
  JournalFile file;
  const bool in_memory = folder == kJournalInMemory;
  file.path = in_memory ? folder : fmt::format("{}/{}", folder, kJournalFileName);
  if (!in_memory) {
    if (const auto error = make_folder(folder)) return *error;
    auto lock = FolderLock::take(folder);
    if (!lock) return lock.error();
    file.lock = std::move(lock).value();
    if (const auto error = check_kind(file.path)) return *error;
    // Before SQLite looks: what it does not take over from a log, it writes over.
    if (const auto damage = find_log_damage(file.path + "-wal", file.path + "-shm")) {
      return error_of(SqliteFault::damaged, *damage, file.path);
    }
  }
  auto writer = connect(file.path);
  if (!writer) return writer.error();
  if (const auto error = prepare_writer(*writer, file.path, in_memory)) return *error;
  writer->wait_for_others(kPatience, file.wait_limit);
  file.writer = std::move(writer).value();
  if (in_memory) return file;
  auto reader = connect(file.path);
  if (!reader) return reader.error();
  if (!reader->run(kReaderSettings)) return journal_error(*reader, file.path);
  reader->wait_for_others(kPatience, file.wait_limit);
  file.reader = std::move(reader).value();
  return file;
}

}  // namespace roomle_sim
