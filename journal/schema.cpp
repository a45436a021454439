#include "journal/schema.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

// "ROOM", as SQLite's documentation of application_id asks for a number of one's own.
constexpr std::int64_t kApplicationId = 0x524f4f4d;

// Times are nanoseconds since 1970. `number` counts acceptances. What is listed has an index that
// ends in the time, so that a page of a filtered list is read off it; those of ended deliveries
// alone are partial, and an open delivery is in the one that recovery reads.
constexpr const char* kVersion1 = R"sql(
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
)sql";

// The customer's own words, for the mail.
constexpr const char* kVersion2 =
    "ALTER TABLE deliveries ADD COLUMN message TEXT NOT NULL DEFAULT ''";

// The customer's language, for the mail.
constexpr const char* kVersion3 =
    "ALTER TABLE deliveries ADD COLUMN language TEXT NOT NULL DEFAULT ''";

// The step from version i to i + 1.
constexpr std::array<const char*, 3> kSteps{kVersion1, kVersion2, kVersion3};

bool take_steps(SqliteConnection& connection, std::size_t version) {
  for (; version < kSteps.size(); ++version) {
    if (!connection.run(kSteps.at(version))) return false;
  }
  const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                        kApplicationId, schema_version());
  return connection.run(marks.c_str());
}

// The tables and indexes, and the columns of each table, in order.
std::optional<std::vector<std::string>> parts_of(SqliteConnection& connection) {
  constexpr std::string_view kParts =
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'index') UNION ALL "
      "SELECT whole.name || '.' || part.name FROM sqlite_schema AS whole, "
      "  pragma_table_info(whole.name) AS part WHERE whole.type = 'table' ORDER BY 1";
  auto rows = connection.prepare(kParts);
  if (!rows) return std::nullopt;
  std::vector<std::string> parts;
  SqliteStatement::Fetched step = rows->step();
  for (; step == SqliteStatement::Fetched::row; step = rows->step()) {
    parts.emplace_back(rows->text(0));
  }
  if (step == SqliteStatement::Fetched::failed) return std::nullopt;
  return parts;
}

}  // namespace

int schema_version() {
  return static_cast<int>(kSteps.size());
}

std::optional<SchemaState> schema_state(SqliteConnection& connection) {
  const auto application = connection.integer("PRAGMA application_id");
  if (!application) return std::nullopt;
  const auto version = connection.integer("PRAGMA user_version");
  if (!version) return std::nullopt;
  const auto tables = connection.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::nullopt;
  if (*application == 0 && *version == 0 && *tables == 0) return SchemaState::empty;
  if (*application != kApplicationId) return SchemaState::not_a_journal;
  if (*version > schema_version()) return SchemaState::newer;
  return *version == schema_version() ? SchemaState::current : SchemaState::older;
}

// Held against a file that the same steps make anew, so that no list can part from them.
std::optional<std::string> missing_in_schema(SqliteConnection& connection) {
  const auto version = connection.integer("PRAGMA user_version");
  const auto parts = parts_of(connection);
  if (!version || !parts) return std::nullopt;
  auto fresh = SqliteConnection::open(":memory:");
  if (!fresh) return std::nullopt;
  for (std::size_t i = 0; i < static_cast<std::size_t>(*version); ++i) {
    if (!fresh->run(kSteps.at(i))) return std::nullopt;
  }
  const auto wanted = parts_of(*fresh);
  if (!wanted) return std::nullopt;
  for (const std::string& part : *wanted) {
    if (!std::binary_search(parts->begin(), parts->end(), part)) return part;
  }
  return "";
}

bool migrate(SqliteConnection& connection) {
  if (!connection.run("BEGIN IMMEDIATE")) return false;
  const auto version = connection.integer("PRAGMA user_version");
  return version && take_steps(connection, static_cast<std::size_t>(*version)) &&
         connection.run("COMMIT");
}

}  // namespace roomle_sim
