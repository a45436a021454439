// Whether the log beside a SQLite file (its "-wal") holds commits that SQLite would pass over.
//
// To SQLite the first frame with a wrong checksum is the log's end, since a crash may leave one
// there: a single damaged byte further ahead then takes every commit behind it away, without a
// word. With synchronous=FULL a commit is on the disk before the next one begins, so that a crash
// can spoil the last one alone, which nobody was told of. Where more than one stands behind the
// first wrong frame, the log was damaged. (Damage of the very last commit cannot be told from that
// of a crash.)
// The format: https://sqlite.org/fileformat2.html#the_write_ahead_log.
#pragma once

#include <optional>
#include <string>

namespace roomle_sim {

// Only reads. What is wrong, for people; nothing: the log is right, or empty, or not there.
// Threads: while nobody writes it.
std::optional<std::string> find_log_damage(const std::string& path);

}  // namespace roomle_sim
