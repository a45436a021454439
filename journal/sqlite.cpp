#include "journal/sqlite.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace roomle_sim {
namespace {

// Only another program (the sqlite3 shell, a backup) can hold the file: ours is kept off by the
// lock of journal_file.h.
constexpr Duration kPatienceAtFirst = std::chrono::seconds(5);

// Between two looks whether it still does; nobody tells when it has let go.
constexpr Duration kFirstPause = std::chrono::milliseconds(1);
constexpr Duration kLongestPause = std::chrono::milliseconds(25);

SqliteFault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return SqliteFault::none;
    case SQLITE_CANTOPEN:
      return SqliteFault::cannot_open;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return SqliteFault::read_only;
    case SQLITE_NOTADB:
      return SqliteFault::not_a_database;
    case SQLITE_CORRUPT:
      return SqliteFault::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return SqliteFault::busy;
    case SQLITE_FULL:
      return SqliteFault::full;
    case SQLITE_IOERR:
      return SqliteFault::io;
    default:
      return SqliteFault::other;
  }
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) {
  // An empty view may have no address, which SQLite would take for null.
  sqlite3_bind_text64(statement_.get(), parameter, text.empty() ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

SqliteStatement& SqliteStatement::bind_null(int parameter) {
  sqlite3_bind_null(statement_.get(), parameter);
  return *this;
}

SqliteStatement::Fetched SqliteStatement::step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return Fetched::row;
    case SQLITE_DONE:
      return Fetched::done;
    default:
      return Fetched::failed;
  }
}

bool SqliteStatement::run() {
  const bool done = step() != Fetched::failed;
  // Where it failed, reset() gives the same error again, so that the connection still tells it.
  reset();
  return done;
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, static_cast<size_t>(size));
}

void SqliteConnection::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

Result<SqliteConnection, SqliteFault> SqliteConnection::open(const std::string& path) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  SqliteConnection connection;
  connection.connection_.reset(opened);  // to be closed even where opening failed
  if (code != SQLITE_OK) return fault_of(code);
  sqlite3_extended_result_codes(opened, 1);
  connection.wait_for_others(kPatienceAtFirst);
  return connection;
}

struct SqliteConnection::Wait {
  Duration most;
  std::shared_ptr<const WaitLimit> limit;
  std::chrono::steady_clock::time_point begun;

  // Called with how often it was before in this wait; gives whether SQLite is to try again.
  static int again(void* self, int before) {
    return static_cast<Wait*>(self)->try_again(before) ? 1 : 0;
  }
  bool try_again(int before) {
    const auto now = std::chrono::steady_clock::now();
    if (before == 0) begun = now;
    auto end = begun + most;
    if (limit) end = std::min(end, limit->get());
    if (now >= end) return false;
    const Duration pause = std::min(kLongestPause, kFirstPause * (before + 1));
    std::this_thread::sleep_for(std::min<Duration>(pause, end - now));
    return true;
  }
};

void SqliteConnection::DropWait::operator()(Wait* wait) const {
  delete wait;
}

void SqliteConnection::wait_for_others(Duration most, std::shared_ptr<const WaitLimit> limit) {
  std::unique_ptr<Wait, DropWait> wait(new Wait{most, std::move(limit), {}});
  sqlite3_busy_handler(connection_.get(), &Wait::again, wait.get());
  wait_ = std::move(wait);
}

bool SqliteConnection::run(const char* sql) {
  return sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::optional<SqliteStatement> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  SqliteStatement statement;
  statement.statement_.reset(prepared);
  if (code != SQLITE_OK) return std::nullopt;
  return statement;
}

std::optional<std::string> SqliteConnection::value(const char* sql) {
  auto statement = prepare(sql);
  if (!statement || statement->step() != SqliteStatement::Fetched::row) return std::nullopt;
  return std::string(statement->text(0));
}

std::optional<std::int64_t> SqliteConnection::integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement || statement->step() != SqliteStatement::Fetched::row) return std::nullopt;
  return statement->integer(0);
}

void SqliteConnection::tidy_on_close(bool tidy) {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, tidy ? 0 : 1, nullptr);
}

void SqliteConnection::roll_back() {
  if (sqlite3_get_autocommit(connection_.get()) == 0) run("ROLLBACK");
}

bool SqliteConnection::read_only() const {
  return sqlite3_db_readonly(connection_.get(), "main") == 1;
}

int SqliteConnection::changes() const {
  return sqlite3_changes(connection_.get());
}

SqliteFault SqliteConnection::fault() const {
  return fault_of(sqlite3_errcode(connection_.get()));
}

std::string SqliteConnection::problem() const {
  const int system = sqlite3_system_errno(connection_.get());
  const char* words = sqlite3_errmsg(connection_.get());
  // What the system said matters only where SQLite speaks of input and output.
  const SqliteFault what = fault();
  const bool told = system != 0 && (what == SqliteFault::io || what == SqliteFault::cannot_open ||
                                    what == SqliteFault::full);
  return told ? fmt::format("{}: {}", words, std::generic_category().message(system))
              : std::string(words);
}

}  // namespace roomle_sim
