// The access token's file: what is taken, and that what is refused is not shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/access_token.h"

namespace roomle_sim::test {
namespace {

Result<Secret> read(const std::string& text) {
  return parse_access_token(text, "the-file");
}

TEST(AccessToken, IsTheTextOfTheFileWithoutTheSpaceAroundIt) {
  const auto token = read("\n  0123456789abcdef \r\n");
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->reveal(), "0123456789abcdef");
}

TEST(AccessToken, IsRefusedWhereItIsShortLongOrNoHeaderText) {
  const std::string with_nul("0123456789\0abcdef", 17);
  for (const std::string& text :
       {std::string(), std::string("0123456789abcde"), with_nul, std::string("0123456789 abcdef"),
        std::string("0123456789\nabcdefgh"), std::string("0123456789äbcdef"),
        std::string(4097, 'x'), std::string(100'000, 'x')}) {
    const auto token = read(text);
    ASSERT_FALSE(token.ok()) << text;
    EXPECT_EQ(token.error().code, ErrorCode::bad_input);
    EXPECT_THAT(token.error().message, testing::HasSubstr("the-file"));
    EXPECT_THAT(token.error().message, testing::Not(testing::HasSubstr("0123456789")));
  }
}

}  // namespace
}  // namespace roomle_sim::test
