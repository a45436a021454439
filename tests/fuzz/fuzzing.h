// What the fuzz targets share. A target is a function from any bytes to nothing, that must return:
// libFuzzer (tests/fuzz/CMakeLists.txt) makes up the bytes, and ends with those that crashed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

// libFuzzer's own name for it.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace roomle_sim::fuzz {

inline std::string_view to_text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// What must hold whatever the bytes are. To libFuzzer, an end by abort() is a crash.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline Source to_source(std::string_view text) {
  return std::make_shared<const SourceText>(SourceText{"fuzz.json", std::string(text)});
}

// What the world around a file answers: a message that holds it has leaked it.
inline constexpr std::string_view kOutsideSecret = "0ut-of-the-world";

// libFuzzer sees what is compared, and so finds the secret in time: then it is no secret.
inline bool gives_away(std::string_view text) {
  return text.find(kOutsideSecret) != std::string_view::npos;
}

}  // namespace roomle_sim::fuzz
