#include <array>
#include <stdexcept>

#include <openssl/rand.h>

#include "sender/dispatcher.h"

namespace roomle_sim {

// Ten characters of milliseconds and ten of chance, in Crockford's base 32, as a ULID has them.
std::string new_delivery_id(TimePoint now) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::array<unsigned char, 10> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("OpenSSL gives no random bytes");
  }
  std::string id = "d-";
  const auto ms = static_cast<std::uint64_t>(to_milliseconds(now.time_since_epoch()));
  for (int shift = 45; shift >= 0; shift -= 5) id += kAlphabet[(ms >> shift) & 31U];
  for (const unsigned char byte : random) id += kAlphabet[byte & 31U];
  return id;
}

}  // namespace roomle_sim
