#include "cli/console.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("plain \\ text"), "plain \\ text");
  EXPECT_EQ(printable("Nørdic € 😀 \xC2\xA0"), "Nørdic € 😀 \xC2\xA0");
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\nb\t\x1b[2J\x7f"), "a\\nb\\x09\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xC2\x80\xC2\x9B"
                      "2J\xC2\x9F"),
            "\\u0080\\u009b2J\\u009f");
}

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\x9b"
                      "2J"),
            "\\x9b2J");
  EXPECT_EQ(printable("a\xff"), "a\\xff");
  EXPECT_EQ(printable("\xC3"), "\\xc3") << "cut";
  EXPECT_EQ(printable("\xE2\x82z"), "\\xe2\\x82z") << "cut";
  EXPECT_EQ(printable("\xC0\x9B"), "\\xc0\\x9b") << "overlong";
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "out of range";
}

}  // namespace
}  // namespace roomle_sim
