// The tables of the journal's file, and how an older file becomes a newer one.
//
// The version stands in SQLite's user_version, and in application_id that the file is a journal at
// all. docs/journal.md tells what the tables hold.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "journal/sqlite.h"

namespace roomle_sim {

// What this program writes. Each version has one step that makes it from the one before.
int schema_version();

// What a file is, from reading alone.
enum class SchemaState {
  empty,         // a new file
  older,         // a journal that migrate() brings up to date
  current,       // a journal as this program writes it
  newer,         // a journal of a later program: to be left as it is
  not_a_journal  // a database of something else
};
// Nothing where it cannot be read: see the connection's fault().
std::optional<SchemaState> schema_state(SqliteConnection& connection);

// What is missing of the tables, columns and indexes that a file of its version has, such as
// "records" or "deliveries.outcome"; empty: nothing. No value: it cannot be read, see the
// connection's fault().
std::optional<std::string> missing_in_schema(SqliteConnection& connection);

// Takes every step that is missing, all in one transaction: a file is of the old version or of the
// new one, whatever happens meanwhile. False: see the connection's fault(); closing it drops what
// was begun.
bool migrate(SqliteConnection& connection);

// A delivery's records stand under numbers of its own: its number, then a count in so many bits:
// a million calls of append(), where the most patient policy needs some thousands.
inline constexpr int kSequenceBits = 20;

inline std::int64_t first_key(std::int64_t delivery) {
  return delivery << kSequenceBits;
}

}  // namespace roomle_sim
