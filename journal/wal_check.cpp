#include "journal/wal_check.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using Bytes = std::span<const unsigned char>;

constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kFrameHeaderSize = 24;
constexpr std::size_t kSmallestPage = 512;
constexpr std::size_t kLargestPage = 65536;
constexpr std::size_t kIndexHeaderSize = 48;  // stands there twice
constexpr std::uint32_t kIndexVersion = 3'007'000;
constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums are of big-endian words

std::uint32_t big_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at + 3]} << 24 | std::uint32_t{bytes[at + 2]} << 16 |
         std::uint32_t{bytes[at + 1]} << 8 | bytes[at];
}

// The index is in the order of the machine, and does not outlive it.
constexpr bool kBigMachine = std::endian::native == std::endian::big;
std::uint32_t native(Bytes bytes, std::size_t at) {
  return kBigMachine ? big_endian(bytes, at) : little_endian(bytes, at);
}

// Runs over the header and then over every frame: a frame is right only where all before it are.
class Checksum {
 public:
  void add(Bytes bytes, bool big) {
    const auto word = [&](std::size_t at) {
      return big ? big_endian(bytes, at) : little_endian(bytes, at);
    };
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first_ += word(at) + second_;
      second_ += word(at + 4) + first_;
    }
  }
  [[nodiscard]] bool stands_at(Bytes bytes, std::size_t at) const {
    return is(big_endian(bytes, at), big_endian(bytes, at + 4));
  }
  [[nodiscard]] bool is(std::uint32_t first, std::uint32_t second) const {
    return first == first_ && second == second_;
  }

 private:
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

bool fill(std::ifstream& file, std::span<unsigned char> bytes) {
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return file.gcount() == static_cast<std::streamsize>(bytes.size());
}

bool equal(Bytes some, Bytes others) {
  return std::equal(some.begin(), some.end(), others.begin(), others.end());
}

// What SQLite's index of the log (the "-shm") tells of it.
struct Index {
  std::array<unsigned char, 8> salts{};  // of the round of the log that it is about
  std::size_t committed = 0;             // frames
  std::size_t moved = 0;                 // of these, into the file
};

// It is written when a commit is on the disk. Two headers that differ, or a wrong checksum: it was
// being written, or the machine went down before it was on the disk itself.
std::optional<Index> read_index(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<unsigned char, 2 * kIndexHeaderSize + 4> all{};
  if (!file || !fill(file, all)) return std::nullopt;
  const Bytes bytes(all);
  const Bytes header = bytes.first(kIndexHeaderSize);
  Checksum checksum;
  checksum.add(header.first(40), kBigMachine);
  const bool right = equal(header, bytes.subspan(kIndexHeaderSize, kIndexHeaderSize)) &&
                     native(header, 0) == kIndexVersion && header[12] == 1 &&
                     checksum.is(native(header, 40), native(header, 44));
  if (!right) return std::nullopt;
  Index index{{}, native(header, 16), native(bytes, 2 * kIndexHeaderSize)};
  std::copy_n(header.begin() + 32, index.salts.size(), index.salts.begin());
  return index;
}

// Frames count from 1.
struct Walk {
  std::size_t right = 0;           // up to this one all are
  std::size_t committed = 0;       // the last of these that ends a commit: SQLite reads up to it
  std::size_t commits_behind = 0;  // that end behind `right`
};

Walk walk_frames(std::ifstream& file, Bytes header, std::size_t page_size, Checksum checksum) {
  const bool big = (big_endian(header, 0) & 1) != 0;
  Walk walk;
  std::vector<unsigned char> frame(kFrameHeaderSize + page_size);
  const Bytes bytes(frame);
  for (std::size_t number = 1; fill(file, frame); ++number) {
    // Frames of an earlier round of the log lie behind its end; their salts are others.
    const bool salted = equal(bytes.subspan(8, 8), header.subspan(16, 8));
    const bool commits = big_endian(bytes, 4) != 0;
    bool follows = false;
    if (walk.right + 1 == number) {
      checksum.add(bytes.first(8), big);
      checksum.add(bytes.subspan(kFrameHeaderSize), big);
      follows = checksum.stands_at(bytes, 16);
      if (salted && follows) {
        walk.right = number;
        if (commits) walk.committed = number;
        continue;
      }
    }
    // The salts themselves may be what is damaged: the checksum of this round does not cover them.
    if (commits && (salted || follows)) ++walk.commits_behind;
  }
  return walk;
}

// A log that is not there, or has nothing in it.
std::optional<std::string> without_log(const std::optional<Index>& index, const std::string& path,
                                       std::string_view how) {
  if (!index || index->committed <= index->moved) return std::nullopt;
  return fmt::format("{} is {}, and held what is not in the file",
                     std::filesystem::path(path).filename().string(), how);
}

}  // namespace

std::optional<std::string> find_log_damage(const std::string& path, const std::string& index_path) {
  const std::optional<Index> index = read_index(index_path);
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed == std::errc::no_such_file_or_directory) return without_log(index, path, "missing");
  if (!failed && size == 0) return without_log(index, path, "empty");
  std::ifstream file(path, std::ios::binary);
  std::array<unsigned char, kHeaderSize> header{};
  if (!file || !fill(file, header)) return std::nullopt;
  const Bytes bytes(header);
  const std::size_t page_size = big_endian(bytes, 8);
  Checksum checksum;
  checksum.add(bytes.first(24), (big_endian(bytes, 0) & 1) != 0);
  const bool right = (big_endian(bytes, 0) & ~1U) == kMagic && checksum.stands_at(bytes, 24) &&
                     page_size >= kSmallestPage && page_size <= kLargestPage;
  if (!right) {
    // Power may fail while it is written; it is on the disk before the first frame is.
    if (size == kHeaderSize) return std::nullopt;
    return "its log's first bytes are wrong";
  }
  const Walk walk = walk_frames(file, bytes, page_size, checksum);
  if (walk.commits_behind >= 2) {
    return fmt::format("its log is wrong from frame {} on, and holds {} commits behind that",
                       walk.right + 1, walk.commits_behind);
  }
  if (index && equal(index->salts, bytes.subspan(16, 8)) && walk.committed < index->committed) {
    return fmt::format("its log is wrong or cut from frame {} on, and {} were committed",
                       walk.right + 1, index->committed);
  }
  return std::nullopt;
}

}  // namespace roomle_sim
