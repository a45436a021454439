#include "tenants/header_name.h"

#include <string>

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

TEST(HeaderName, IsATokenOfRfc9110) {
  const std::string_view others = "!#$%&'*+-.^_`|~";
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    const bool letter_or_digit = (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
                                 (code >= 'a' && code <= 'z');
    const bool allowed = letter_or_digit || others.find(c) != std::string_view::npos;
    EXPECT_EQ(is_header_name(std::string("X-") + c), allowed) << code;
  }
  EXPECT_FALSE(is_header_name(""));
}

TEST(HeaderName, IsTheSameInEitherCase) {
  EXPECT_TRUE(same_header_name("Retry-After", "retry-AFTER"));
  EXPECT_TRUE(same_header_name("", ""));
  EXPECT_FALSE(same_header_name("token", "toke"));
  EXPECT_FALSE(same_header_name("toke", "token"));
  // Beside the letters a difference of 32 is another character.
  EXPECT_FALSE(same_header_name("a^", "a~"));
  EXPECT_FALSE(same_header_name("@", "`"));
  EXPECT_FALSE(same_header_name("\xC4", "\xE4"));
}

}  // namespace
}  // namespace roomle_sim
