#include "tenants/url.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

Url url(std::string_view text) {
  const Result<Url> parsed = parse_url(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Url{};
}

std::string url_refusal(std::string_view text) {
  const Result<Url> parsed = parse_url(text);
  return parsed ? "accepted" : parsed.error().message;
}

bool refused_for(std::string_view text, std::string_view why) {
  return url_refusal(text).find(why) != std::string::npos;
}

TEST(ParseUrl, TakesAWebhookApart) {
  const Url parsed = url("http://127.0.0.1:8090/roomle?x=1&y=2");
  EXPECT_EQ(parsed.scheme, "http");
  EXPECT_EQ(parsed.host, "127.0.0.1");
  EXPECT_EQ(parsed.port, 8090);
  EXPECT_EQ(parsed.target, "/roomle?x=1&y=2");
  EXPECT_FALSE(parsed.ipv6);
  EXPECT_FALSE(parsed.tls());
  EXPECT_EQ(parsed.authority(), "127.0.0.1:8090");
}

TEST(ParseUrl, KnowsTheSchemesOwnPorts) {
  EXPECT_EQ(url("http://shop.example/").port, 80);
  EXPECT_EQ(url("https://shop.example/").port, 443);
  EXPECT_TRUE(url("https://shop.example/").tls());
  EXPECT_EQ(url("https://shop.example:443/").authority(), "shop.example");
  EXPECT_EQ(url("https://shop.example:80/").authority(), "shop.example:80");
}

TEST(ParseUrl, GivesATargetOfAtLeastASlash) {
  EXPECT_EQ(url("http://shop.example").target, "/");
  EXPECT_EQ(url("http://shop.example?x=1").target, "/?x=1");
}

TEST(ParseUrl, ReadsSchemesInAnyCase) {
  EXPECT_EQ(url("HTTP://shop.example/").scheme, "http");
  EXPECT_TRUE(url("HttpS://shop.example/").tls());
}

TEST(ParseUrl, TakesTheBracketsOffAnIpv6Address) {
  const Url parsed = url("http://[::1]:8090/roomle");
  EXPECT_EQ(parsed.host, "::1");
  EXPECT_TRUE(parsed.ipv6);
  EXPECT_EQ(parsed.port, 8090);
  EXPECT_EQ(parsed.authority(), "[::1]:8090");
  EXPECT_EQ(url("https://[2001:db8::1]/").authority(), "[2001:db8::1]");
}

TEST(ParseUrl, RefusesABrokenIpv6Address) {
  EXPECT_NE(url_refusal("http://[::1"), "accepted");
  EXPECT_NE(url_refusal("http://[zz]/"), "accepted");
  EXPECT_TRUE(refused_for("http://[fe80::1%25eth0]/", "zone"));
}

TEST(ParseUrl, RefusesWhatIsNotAbsolute) {
  for (const char* text : {"/roomle", "roomle", "127.0.0.1:8090/roomle", "//shop.example/roomle",
                           "http:/shop.example", "http:shop.example"}) {
    EXPECT_TRUE(refused_for(text, "it is not absolute")) << url_refusal(text);
  }
  EXPECT_TRUE(refused_for("", "it is empty"));
}

TEST(ParseUrl, RefusesAnUrlWithoutHost) {
  for (const char* text : {"http://", "http:///roomle", "https://:8090/", "http://?x"}) {
    EXPECT_NE(url_refusal(text), "accepted") << text;
  }
}

TEST(ParseUrl, RefusesOtherSchemes) {
  for (const char* text : {"ftp://shop.example/", "file:///etc/passwd", "ws://shop.example/",
                           "gopher://shop.example/", "://shop.example"}) {
    EXPECT_TRUE(refused_for(text, "neither http nor https")) << url_refusal(text);
  }
}

TEST(ParseUrl, RefusesUserInfoWithoutRepeatingIt) {
  for (const char* text : {"http://user:pass@shop.example/", "http://user@shop.example/",
                           "http://@shop.example/", "http://:pass@shop.example/"}) {
    EXPECT_TRUE(refused_for(text, "user info")) << url_refusal(text);
    EXPECT_EQ(url_refusal(text).find("pass@"), std::string::npos);
  }
}

TEST(ParseUrl, LetsAnAtSignPassBehindTheHost) {
  EXPECT_EQ(url("http://shop.example/@me?to=a@b.example").target, "/@me?to=a@b.example");
}

TEST(ParseUrl, RefusesAFragmentAlsoAnEmptyOne) {
  EXPECT_TRUE(refused_for("http://shop.example/roomle#top", "fragment"));
  EXPECT_TRUE(refused_for("http://shop.example/#", "fragment"));
  EXPECT_EQ(url("http://shop.example/%23").target, "/%23");
}

TEST(ParseUrl, RefusesPortsThatDoNotExist) {
  for (const char* text :
       {"http://shop.example:0/", "http://shop.example:70000/", "http://shop.example:65536/",
        "http://shop.example:8a/", "http://shop.example:-1/",
        "http://shop.example:99999999999999999999/"}) {
    EXPECT_NE(url_refusal(text), "accepted") << text;
  }
  EXPECT_TRUE(refused_for("http://shop.example:0/", "port"));
  EXPECT_TRUE(refused_for("http://shop.example:70000/", "port"));
  EXPECT_EQ(url("http://shop.example:65535/").port, 65535);
}

TEST(ParseUrl, RefusesSpacesAndControlCharacters) {
  for (const char* text :
       {"http://shop.example/a b", " http://shop.example/", "http://shop.example/\n",
        "http://shop.example/\r\nX-Evil: 1", "http://shop .example/", "http://shop.example/\x7f"}) {
    EXPECT_TRUE(refused_for(text, "a space or a control character")) << text;
  }
  EXPECT_TRUE(refused_for(std::string_view("http://shop.example/\0x", 22), "control character"));
}

TEST(ParseUrl, RefusesANonAsciiHostAndNamesTheFormThatIsTaken) {
  EXPECT_TRUE(refused_for("https://møbler.example/", "xn-- form"));
  EXPECT_TRUE(refused_for("https://m%C3%B8bler.example/", "xn-- form"));
  EXPECT_EQ(url("https://xn--mbler-vua.example/").host, "xn--mbler-vua.example");
}

TEST(ParseUrl, EscapesWhatATargetMayNotHold) {
  EXPECT_EQ(url("http://shop.example/møbler?q=ø").target, "/m%c3%b8bler?q=%c3%b8");
  EXPECT_EQ(url("http://shop.example/a\"<>\\^`{|}").target, "/a%22%3C%3E%5C%5E%60%7B%7C%7D");
  EXPECT_EQ(url("http://shop.example/a:b;c=d,e(f)'!*$&+~_-.").target, "/a:b;c=d,e(f)'!*$&+~_-.");
}

TEST(ParseUrl, LeavesEscapesAsTheyAre) {
  EXPECT_EQ(url("http://shop.example/a%20b%2fc?d=%26").target, "/a%20b%2fc?d=%26");
}

}  // namespace
}  // namespace roomle_sim
