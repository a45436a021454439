// SQLite, as far as the journal needs it: a connection and its prepared statements. The one place
// that includes sqlite3.h is sqlite.cpp.
//
// Errors: a call that fails returns false (or Fetched::failed), and the connection then tells what
// it was with fault() and problem(), until the next call. Threads: one at a time for a connection
// with its statements. Lifetime: a statement must not outlive its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "journal/wait_limit.h"

struct sqlite3;
struct sqlite3_stmt;

namespace roomle_sim {

// What went wrong, as far as a caller acts differently on it.
enum class SqliteFault {
  none,
  cannot_open,
  read_only,
  not_a_database,
  damaged,
  busy,
  full,  // the disk has no room
  io,
  other,
};

class SqliteStatement {
 public:
  enum class Fetched { row, done, failed };

  SqliteStatement() = default;
  // Parameters count from 1. A text is not copied: it must live until reset().
  SqliteStatement& bind(int parameter, std::int64_t value);
  SqliteStatement& bind(int parameter, std::string_view text);
  SqliteStatement& bind_null(int parameter);

  Fetched step();
  // For a statement without rows: step() and reset(). False: it failed.
  bool run();
  // Ready to be bound and stepped again; the parameters are null.
  void reset();

  // Of the current row. Columns count from 0.
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // until the next step() or reset()

 private:
  friend class SqliteConnection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteConnection {
 public:
  // A file (made where there is none), or ":memory:". Nothing is read or written yet. A call waits
  // up to 5 s where another program holds the file.
  static Result<SqliteConnection, SqliteFault> open(const std::string& path);

  // So long a call waits from now on for another program that holds the file, before it is `busy`;
  // and not beyond `limit`, also where that is set while it waits.
  void wait_for_others(Duration most, std::shared_ptr<const WaitLimit> limit = nullptr);

  bool run(const char* sql);  // one or more statements without results
  std::optional<SqliteStatement> prepare(std::string_view sql);
  // The first column of the first row, such as a pragma's value. Nothing where there is none, or it
  // failed (see fault()).
  std::optional<std::string> value(const char* sql);
  std::optional<std::int64_t> integer(const char* sql);
  // Whether closing the last connection moves the log into the file, as it does by default.
  void tidy_on_close(bool tidy);
  // Ends a transaction without keeping anything of it; does nothing where there is none.
  void roll_back();

  [[nodiscard]] bool read_only() const;
  [[nodiscard]] int changes() const;  // rows that the last statement changed
  [[nodiscard]] SqliteFault fault() const;
  // For people: SQLite's words, and the system's where it told any.
  [[nodiscard]] std::string problem() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Wait;
  struct DropWait {
    void operator()(Wait* wait) const;
  };
  std::unique_ptr<Wait, DropWait> wait_;  // before what uses it
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace roomle_sim
