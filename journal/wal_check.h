// Whether the log beside a SQLite file (its "-wal") holds commits that SQLite would pass over.
//
// To SQLite the first frame with a wrong checksum is the log's end, since a crash may leave one
// there: a single damaged byte further ahead then takes every commit behind it away, without a
// word. With synchronous=FULL a commit is on the disk before the next one begins, so that a crash
// can spoil the last one alone, which nobody was told of. Where more than one stands behind the
// first wrong frame, the log was damaged.
//
// Where the process was killed and the machine was not, SQLite's index of the log (the "-shm") is
// left too, and tells how many frames were committed: then damage of the last commit, and a log
// that was cut or taken away, are told as well. Without it damage of the very last commit cannot be
// told from that of a power failure. An index that is not whole, or of another round, tells
// nothing. The formats: https://sqlite.org/fileformat2.html#the_write_ahead_log,
// https://sqlite.org/walformat.html#the_wal_index_file_format.
#pragma once

#include <optional>
#include <string>

namespace roomle_sim {

// Only reads. What is wrong, for people; nothing: the log is right, or nothing tells that there was
// one. Threads: while nobody writes them. `index_path` need not be there.
std::optional<std::string> find_log_damage(const std::string& path, const std::string& index_path);

}  // namespace roomle_sim
