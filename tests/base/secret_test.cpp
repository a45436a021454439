#include "base/secret.h"

#include <concepts>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

// A message that tries to contain a secret does not compile.
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!Streamable<Secret>);
static_assert(!std::convertible_to<Secret, std::string>);
static_assert(!std::convertible_to<Secret, std::string_view>);
static_assert(!std::convertible_to<std::string, Secret>);

TEST(Secret, GivesItsBytesOnlyWhereAsked) {
  const Secret secret("a-Secr3t_Str1ng!");
  EXPECT_EQ(secret.reveal(), "a-Secr3t_Str1ng!");
  EXPECT_EQ(secret.size(), 16U);
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
}

}  // namespace
}  // namespace roomle_sim
