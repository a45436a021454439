#include "fallback_mailer/clean_text.h"

#include <gtest/gtest.h>

#include "fallback_mailer/delivery_name.h"

namespace roomle_sim {
namespace {

TEST(CleanText, OneLineHoldsNoLineBreakOfAnyKind) {
  EXPECT_EQ(one_line("a\r\nBcc: b"), "a Bcc: b");
  EXPECT_EQ(one_line(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(one_line("a\xC2\x85"
                     "b\xE2\x80\xA8"
                     "c\xE2\x80\xA9"
                     "d\x7F"
                     "e\x1B"
                     "f"),
            "a b c d e f");
  EXPECT_EQ(one_line("  Möbel \t  Müller  "), "Möbel Müller");
  EXPECT_EQ(one_line("\n"), "");
}

TEST(CleanText, LinesAllEndInTheSameWay) {
  EXPECT_EQ(clean_lines("a\r\nb\rc\nd\xE2\x80\xA8"
                        "e"),
            "a\nb\nc\nd\ne");
  EXPECT_EQ(clean_lines("\n a\tb\x01\x1B[2J \n\n"), "a\tb[2J");
  EXPECT_EQ(clean_lines("\r\n"), "");
}

TEST(CleanText, BrokenUtf8IsReplaced) {
  EXPECT_EQ(valid_utf8("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(valid_utf8("\xC3\xA4"), "\xC3\xA4");
}

TEST(CleanText, OnlyWebAddressesAreLinks) {
  EXPECT_TRUE(is_web_link("https://test.roomle.com/t/cp/?id=a:b&c=d#e"));
  EXPECT_TRUE(is_web_link("HTTP://localhost:8090"));
  EXPECT_TRUE(is_web_link("https://müller.example/ü"));
  for (const char* url :
       {"", "javascript:alert(1)", "JavaScript://x/%0aalert(1)", "data:text/html,x", "//a.example/",
        "/t/cp/", "https:a.example", "https://", "https:///x", "https://a.example/\" onclick=\"x",
        "https://a.example/<b>", "https://a.example/a b", "https://a.example/\n", "ftp://a.example",
        "mailto:a@b.example", " https://a.example"}) {
    EXPECT_FALSE(is_web_link(url)) << url;
  }
}

TEST(CleanText, OnlyWhatReadsBackTheSameGoesUnencoded) {
  EXPECT_EQ(encode_words("Acme Furniture"), "Acme Furniture");
  EXPECT_EQ(encode_words("Möbel"), "=?UTF-8?Q?M=C3=B6bel?=");
  EXPECT_EQ(encode_words("=?utf-8?q?x?="), "=?UTF-8?Q?=3D=3Futf=2D8=3Fq=3Fx=3F=3D?=");
}

TEST(DeliveryName, PlainIdsKeepTheirName) {
  EXPECT_EQ(delivery_name("d-000017"), "d-000017");
  EXPECT_EQ(delivery_name("2024.02_A"), "2024.02_A");
}

TEST(DeliveryName, OthersCannotLeaveTheFolderOrShareAName) {
  std::vector<std::string> names;
  for (const std::string id : {"", "../../etc/passwd", "a/b", "a:b", "a_b ", ".hidden", "-f",
                               "a..b", "a.", "ü", "a\nb", "a b", "id-a_b="}) {
    const std::string name = delivery_name(id);
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_="),
              std::string::npos)
        << name;
    EXPECT_EQ(delivery_name(id), name);
    names.push_back(name);
  }
  names.push_back(delivery_name(std::string(101, 'x')));
  names.push_back(delivery_name(std::string(102, 'x')));
  for (const std::string& name : names) EXPECT_LE(name.size(), 100U);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace roomle_sim
