// Forms as clients send them, and what only looks like one.
#include "endpoint/form_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim::test {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=x";

std::string part(const std::string& name, const std::string& content) {
  return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
}

TEST(FormReader, KnowsAFormByItsType) {
  for (const char* type :
       {"multipart/form-data", "Multipart/Form-Data; boundary=x",
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded ;a=b"}) {
    EXPECT_TRUE(is_form(type)) << type;
  }
  for (const char* type : {"", "application/json", "multipart/mixed", "multipart/form-datax"}) {
    EXPECT_FALSE(is_form(type)) << type;
  }
}

TEST(FormReader, GivesThePartsInTheirOrderWithWhatTheyHold) {
  const auto form =
      read_form(kType, part("b", "1") + part("a", "") + part("b", "--x \r\n--y") + "--x--\r\n");
  ASSERT_TRUE(form);
  ASSERT_EQ(form->size(), 3U);
  EXPECT_EQ((*form)[0].name, "b");
  EXPECT_EQ((*form)[0].content, "1");
  EXPECT_EQ((*form)[1].name, "a");
  EXPECT_EQ((*form)[1].content, "");
  EXPECT_EQ((*form)[2].content, "--x \r\n--y");
}

TEST(FormReader, TakesABoundaryInQuotesAndBeforeOtherParameters) {
  const std::string body = part("a", "1") + "--x--\r\n";
  for (const char* type :
       {"multipart/form-data; boundary=\"x\"", "multipart/form-data; Boundary=x; charset=utf-8",
        "multipart/form-data;charset=utf-8;boundary=x"}) {
    EXPECT_TRUE(read_form(type, body)) << type;
  }
}

TEST(FormReader, TakesAFormWithoutFieldsAndOneWithoutTheLastLineEnd) {
  EXPECT_EQ(read_form(kType, "--x--\r\n")->size(), 0U);
  EXPECT_EQ(read_form(kType, part("a", "1") + "--x--")->size(), 1U);
}

TEST(FormReader, RefusesWhatIsNoForm) {
  const std::string head = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n";
  for (const std::string& body :
       {std::string(), std::string("a=b"), std::string("--y--\r\n"), head, head + "\r\n1\r\n",
        part("a", "1"), part("a", "1") + "--x",
        "--x\r\nX: " + std::string(2000, 'y') + "\r\n\r\n1\r\n--x--\r\n"}) {
    EXPECT_FALSE(read_form(kType, body)) << body.substr(0, 100);
  }
  const std::string body = part("a", "1") + "--x--\r\n";
  for (const std::string& type :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        "multipart/form-data; boundary=" + std::string(71, 'x')}) {
    EXPECT_FALSE(read_form(type, body)) << type;
  }
}

// A thousand such would keep the library's regular expression busy for many seconds.
TEST(FormReader, ALineMadeForARegularExpressionIsRefused) {
  std::string line = "Content-Disposition: form-data; name=\"";
  while (line.size() < 900) line += "\"; filename=\"";
  EXPECT_FALSE(read_form(kType, "--x\r\n" + line + "\r\n\r\n1\r\n--x--\r\n"));
}

TEST(FormReader, AnUrlencodedFormMayBeLargerThanTheLibraryWouldRead) {
  const auto form =
      read_form("application/x-www-form-urlencoded", "a=" + std::string(100'000, 'x') + "&b=%41+");
  ASSERT_TRUE(form);
  EXPECT_EQ((*form)[0].content.size(), 100'000U);
  EXPECT_EQ((*form)[1].content, "A ");
  EXPECT_FALSE(read_form("application/x-www-form-urlencoded", "a=%"));
}

}  // namespace
}  // namespace roomle_sim::test
