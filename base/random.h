// Seeded random numbers that are the same on every machine and with every standard library.
//
// Purpose: jitter and simulation must replay from one printed seed. Not for keys or IVs: those come
// from OpenSSL. Threads: none; give each delivery or tenant its own generator with split().
#pragma once

#include <cstdint>

namespace roomle_sim {

// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): eight
// bytes of state, so that a hundred thousand open deliveries can each have their own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return mix(state_ += kGolden); }

  // In [0, 1), with 53 random bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // In [low, high], both included. The bias is below 2^-32 for ranges under 2^32.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t span = high - low + 1;
    return span == 0 ? next() : low + next() % span;
  }

  // A generator of its own for a part of the whole, such as a tenant or a delivery. The same tag
  // gives the same generator, and drawing from it does not disturb this one.
  [[nodiscard]] Random split(std::uint64_t tag) const {
    return Random(mix(state_ ^ mix(tag + kGolden)));
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace roomle_sim
