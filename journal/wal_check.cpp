#include "journal/wal_check.h"

#include <array>
#include <cstdint>
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
constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums are of big-endian words

std::uint32_t big_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at + 3]} << 24 | std::uint32_t{bytes[at + 2]} << 16 |
         std::uint32_t{bytes[at + 1]} << 8 | bytes[at];
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
    return big_endian(bytes, at) == first_ && big_endian(bytes, at + 4) == second_;
  }

 private:
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

bool fill(std::ifstream& file, std::span<unsigned char> bytes) {
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return file.gcount() == static_cast<std::streamsize>(bytes.size());
}

// Of the frames behind the header, how many commits stand at or behind the first wrong one.
struct Walk {
  std::size_t first_wrong = 0;  // from 1; 0: none is
  std::size_t commits_behind = 0;
};

Walk walk_frames(std::ifstream& file, Bytes header, std::size_t page_size, Checksum checksum) {
  const bool big = (big_endian(header, 0) & 1) != 0;
  Walk walk;
  std::vector<unsigned char> frame(kFrameHeaderSize + page_size);
  const Bytes bytes(frame);
  for (std::size_t number = 1; fill(file, frame); ++number) {
    // Frames of an earlier round of the log lie behind its end; their salts are others.
    const bool of_this_round = big_endian(bytes, 8) == big_endian(header, 16) &&
                               big_endian(bytes, 12) == big_endian(header, 20);
    if (walk.first_wrong == 0) {
      checksum.add(bytes.first(8), big);
      checksum.add(bytes.subspan(kFrameHeaderSize), big);
      if (!of_this_round || !checksum.stands_at(bytes, 16)) walk.first_wrong = number;
    }
    const bool commits = big_endian(bytes, 4) != 0;
    if (walk.first_wrong != 0 && of_this_round && commits) ++walk.commits_behind;
  }
  return walk;
}

}  // namespace

std::optional<std::string> find_log_damage(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<unsigned char, kHeaderSize> header{};
  if (!file || !fill(file, header)) return std::nullopt;
  const Bytes bytes(header);
  const std::size_t page_size = big_endian(bytes, 8);
  Checksum checksum;
  checksum.add(bytes.first(24), (big_endian(bytes, 0) & 1) != 0);
  const bool right = (big_endian(bytes, 0) & ~1U) == kMagic && checksum.stands_at(bytes, 24) &&
                     page_size >= kSmallestPage && page_size <= kLargestPage;
  if (!right) return "its log's first bytes are wrong";
  const Walk walk = walk_frames(file, bytes, page_size, checksum);
  if (walk.commits_behind < 2) return std::nullopt;
  return fmt::format("its log is wrong from frame {} on, and holds {} commits behind that",
                     walk.first_wrong, walk.commits_behind);
}

}  // namespace roomle_sim
