// The grammar of a request's head, and of escapes.
#include "endpoint/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/percent.h"

namespace roomle_sim::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(RequestHead, ALineIsAMethodATargetAndAVersion) {
  const auto line = parse_request_line("M-SEARCH /a?b HTTP/1.0");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->method, "M-SEARCH");
  EXPECT_EQ(line->target, "/a?b");
  EXPECT_TRUE(line->http10);
  for (const char* wrong :
       {"", "GET", "GET /", "GET / HTTP/1.1 ", "GET / http/1.1", "GET / HTTP/1.2", "GET  HTTP/1.1",
        "GET / / HTTP/1.1", "G(T / HTTP/1.1", "GET /\x7f HTTP/1.1"}) {
    EXPECT_FALSE(parse_request_line(wrong)) << wrong;
  }
}

TEST(RequestHead, HeadersKeepTheirOrderAndLoseTheSpaceAroundThem) {
  const auto headers = parse_header_lines("b: \t 2 x\t\r\nA:1\r\nb:\r\n");
  ASSERT_TRUE(headers);
  EXPECT_THAT(*headers, ElementsAre(Pair("b", "2 x"), Pair("A", "1"), Pair("b", "")));
  EXPECT_TRUE(parse_header_lines("")->empty());
  for (const char* wrong : {"a\r\n", "a: b", "a: b\n", "a : b\r\n", " a: b\r\n", ": b\r\n",
                            "a: b\r\n\r\n", "a: \x01\r\n", "a: b\rc: d\r\n", "\xc3\xa4: b\r\n"}) {
    EXPECT_FALSE(parse_header_lines(wrong)) << wrong;
  }
}

TEST(RequestHead, TheFramingIsOneOrIsRefused) {
  EXPECT_EQ(framing_of({}, false).length, 0U);
  EXPECT_EQ(framing_of({{"content-LENGTH", "18446744073709551615"}}, false).length, UINT64_MAX);
  EXPECT_EQ(framing_of({{"Content-Length", "5"}, {"Content-Length", "5"}}, false).refusal, 0);
  EXPECT_TRUE(framing_of({{"Transfer-Encoding", "Chunked"}}, false).chunked);
  EXPECT_EQ(framing_of({{"Transfer-Encoding", "chunked"}}, true).refusal, 400);
  EXPECT_EQ(framing_of({{"Transfer-Encoding", "gzip"}}, false).refusal, 501);
  EXPECT_EQ(framing_of({{"Content-Length", "18446744073709551616"}}, false).refusal, 400);
}

TEST(RequestHead, WordsOfAListAreFoundInAnyLine) {
  const Headers headers{{"Connection", "a, Keep-Alive ,b"}, {"connection", "close"}};
  for (const char* word : {"a", "keep-alive", "b", "close"}) {
    EXPECT_TRUE(header_has_word(headers, "Connection", word)) << word;
  }
  EXPECT_FALSE(header_has_word(headers, "Connection", "keep"));
  EXPECT_FALSE(header_has_word(headers, "Other", "a"));
}

TEST(Percent, EscapesAreDecodedAndWhatIsNoneIsTold) {
  EXPECT_EQ(percent_decoded("a%2fb%C3%A4+"), "a/b\xc3\xa4+");
  EXPECT_EQ(percent_decoded("a+b", true), "a b");
  EXPECT_EQ(percent_decoded("%2525"), "%25");
  for (const char* wrong : {"%", "%1", "a%", "%g0", "%0g", "%%30"}) {
    EXPECT_FALSE(percent_decoded(wrong)) << wrong;
  }
}

TEST(Percent, FieldsKeepTheirOrder) {
  const auto fields = query_fields("&b=1=2&a&=c&b=%26+&&");
  ASSERT_TRUE(fields);
  EXPECT_THAT(*fields,
              ElementsAre(Pair("b", "1=2"), Pair("a", ""), Pair("", "c"), Pair("b", "& ")));
  EXPECT_TRUE(query_fields("")->empty());
  EXPECT_FALSE(query_fields("a=%"));
  EXPECT_FALSE(query_fields("%=a"));
  std::string many;
  for (std::size_t i = 0; i < kMostFields; ++i) many += "a&";
  EXPECT_EQ(query_fields(many)->size(), kMostFields);
  EXPECT_FALSE(query_fields(many + "a"));
}

}  // namespace
}  // namespace roomle_sim::test
