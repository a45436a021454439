#include "sender/targets.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include <netinet/in.h>

namespace roomle_sim {
namespace {

constexpr std::array<std::string_view, 3> kWords{"any", "loopback", "public"};

struct Block4 {
  std::uint32_t address;
  int bits;
};

constexpr std::uint32_t ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA's registry of special-purpose IPv4 addresses (RFC 6890), multicast and the reserved rest.
constexpr std::array<Block4, 16> kNotPublic4{{
    {ip4(0, 0, 0, 0), 8},
    {ip4(10, 0, 0, 0), 8},
    {ip4(100, 64, 0, 0), 10},
    {ip4(127, 0, 0, 0), 8},
    {ip4(169, 254, 0, 0), 16},
    {ip4(172, 16, 0, 0), 12},
    {ip4(192, 0, 0, 0), 24},
    {ip4(192, 0, 2, 0), 24},
    {ip4(192, 31, 196, 0), 24},
    {ip4(192, 88, 99, 0), 24},
    {ip4(192, 168, 0, 0), 16},
    {ip4(198, 18, 0, 0), 15},
    {ip4(198, 51, 100, 0), 24},
    {ip4(203, 0, 113, 0), 24},
    {ip4(224, 0, 0, 0), 4},
    {ip4(240, 0, 0, 0), 4},
}};

using Bytes6 = std::array<std::uint8_t, 16>;

bool begins_with(const Bytes6& address, std::span<const std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

std::uint32_t word4(const Bytes6& address, std::size_t at) {
  return ip4(address.at(at), address.at(at + 1), address.at(at + 2), address.at(at + 3));
}

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> kTranslated{0, 0x64, 0xff, 0x9b};
constexpr std::array<std::uint8_t, 2> k6to4{0x20, 0x02};
constexpr std::array<std::uint8_t, 2> kIetf{0x20, 0x01};  // 2001::/23, Teredo and others
constexpr std::array<std::uint8_t, 4> kDocumentation{0x20, 0x01, 0x0d, 0xb8};
constexpr std::array<std::uint8_t, 2> kDocumentation2{0x3f, 0xff};  // 3fff::/20

bool loopback(std::uint32_t address) {
  return address >> 24 == 127;
}

bool is_public(std::uint32_t address) {
  return std::ranges::none_of(kNotPublic4, [&](const Block4& block) {
    return address >> (32 - block.bits) == block.address >> (32 - block.bits);
  });
}

bool loopback(const Bytes6& address) {
  if (begins_with(address, kMapped)) return loopback(word4(address, 12));
  return std::all_of(address.begin(), address.end() - 1, [](auto byte) { return byte == 0; }) &&
         address.back() == 1;
}

bool is_public(const Bytes6& address) {
  if (begins_with(address, kMapped) || begins_with(address, kTranslated)) {
    return is_public(word4(address, 12));
  }
  if (begins_with(address, k6to4)) return is_public(word4(address, 2));
  if (begins_with(address, kIetf) && address.at(2) < 2) return false;
  if (begins_with(address, kDocumentation)) return false;
  if (begins_with(address, kDocumentation2) && address.at(2) < 0x10) return false;
  // Global unicast is 2000::/3 alone (RFC 4291, IANA's registry).
  return address.front() >> 5 == 1;
}

template <class Address>
bool judge(Targets targets, const Address& address) {
  return targets == Targets::loopback ? loopback(address) : is_public(address);
}

}  // namespace

std::string_view targets_word(Targets targets) {
  return kWords.at(static_cast<std::size_t>(targets));
}

std::optional<Targets> targets_from_word(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Targets>(found - kWords.begin());
}

bool allowed(Targets targets, const SocketAddress& address) {
  if (targets == Targets::any) return true;
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address.storage, sizeof in);
    return judge(targets, ntohl(in.sin_addr.s_addr));
  }
  if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address.storage, sizeof in);
    Bytes6 bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return judge(targets, bytes);
  }
  return false;
}

}  // namespace roomle_sim
