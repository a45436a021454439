#include "base/credential_names.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

TEST(CredentialNames, AreKnownByWhatTheySpeakOf) {
  for (const char* name : {"Authorization",
                           "proxy-authorization",
                           "Cookie",
                           "Set-Cookie",
                           "X-Api-Key",
                           "apikey",
                           "X-Token",
                           "X-Auth",
                           "X-Auth-Token",
                           "X_Auth_Token",
                           "X-Acme-Secret",
                           "X-CSRF-Token",
                           "X-Amz-Security-Token",
                           "Password",
                           "X-Pass",
                           "X-Session-Id",
                           "WWW-Authenticate",
                           "X-Hub-Signature-256",
                           "X-JWT-Assertion",
                           "X-Sig",
                           "DB_PWD",
                           "PASSPHRASE",
                           "BEARER",
                           "SHOP_SIG",
                           "accessKey",
                           "AWSAccessKeyId",
                           "accesskey",
                           "APIKey",
                           "userAuth",
                           "key2",
                           "shop.key",
                           "login[pass]"}) {
    EXPECT_TRUE(holds_credentials(name)) << name;
  }
  for (const char* name : {"Content-Type", "User-Agent", "Host", "Content-Length", "X-Request-Id",
                           "Date", "Server", "Author", "X-Keyboard", "Retry-After", "X-Signal",
                           "Design", "code", "monkey", "keyboardLayout", "Passage", "ETag"}) {
    EXPECT_FALSE(holds_credentials(name)) << name;
  }
}

TEST(CredentialNames, CodeIsOneInAQueryAlone) {
  EXPECT_TRUE(holds_credentials_in_query("code"));
  EXPECT_TRUE(holds_credentials_in_query("Code"));
  EXPECT_TRUE(holds_credentials_in_query("sig"));
  EXPECT_FALSE(holds_credentials_in_query("postcode"));
  EXPECT_FALSE(holds_credentials_in_query("lang"));
}

TEST(CredentialNames, OfAUrlOnlyWhatGivesAwayIsLeftOut) {
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{
           {"http://h/p?token=abc", "http://h/p?token=******"},
           {"http://h/p?lang=de&sig=a%20b&x=1#top", "http://h/p?lang=de&sig=******&x=1#top"},
           {"http://h/p?code=abc#top", "http://h/p?code=******#top"},
           {"http://u:p@h:80/p?api_key=k", "http://******@h:80/p?api_key=******"},
           {"…@h/q?api_key=k&token=", "…@h/q?api_key=******&token="},
           {"http://h/p?email=a@b.example", "http://h/p?email=a@b.example"},
           {"http://h x/?token", "http://h x/?token"},
           {"/p?api%5Fkey=abc&accessKey=def", "/p?api%5Fkey=******&accessKey=******"},
           {"/p?api%5fk%65y=abc&%=1&k%zz=2", "/p?api%5fk%65y=******&%=1&k%zz=2"},
           {"http://h/?a=b?token=abc", "http://h/?a=b?token=******"},
           {"http://h/p#access_token=abc&x=1", "http://h/p#access_token=******&x=1"},
           {"", ""}}) {
    EXPECT_EQ(without_url_credentials(text), shown);
  }
}

TEST(CredentialNames, APasswordMayHaveInItWhatEndsAHost) {
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{
           {"http://user:pa/ss@127.0.0.1/", "http://******@127.0.0.1/"},
           {"http://user:pa?ss@h/", "http://******@h/"},
           {"http://user:pa#ss@h/", "http://******@h/"},
           {"http://user:p@ss/w@h/", "http://******@h/"},
           {"http://user:pa?key=ss@h/?x=1", "http://******"},
           {"http://user:123456/x@h/", "http://******@h/"},
           {"http://h/?next=ftp://u:p/w@h", "http://h/?next=ftp://******@h"},
           {"http://u:p@h/ http://v:q/r@i/", "http://******@h/ http://******@i/"}}) {
    EXPECT_EQ(without_url_credentials(text), shown);
  }
}

TEST(CredentialNames, AMailAddressBehindAHostIsNoPassword) {
  for (const char* text : {"http://h:8080/u/a@b.example", "http://[::1]:80/u?email=a@b.example",
                           "http://h/#a@b", "http://h:/a@b", "http://h/ a:b@c", "://@h/", "://"}) {
    EXPECT_EQ(without_url_credentials(text), text);
  }
}

TEST(CredentialNames, AreSoughtInTimeProportionalToTheText) {
  constexpr std::size_t kMany = 300'000;
  for (const std::string part : {"://", "?", "://a:b/", "?key=", "://@", "://x@y ", "?a=?"}) {
    std::string text;
    while (text.size() < kMany) text += part;
    EXPECT_GE(without_url_credentials(text).size(), 1U);
  }
}

}  // namespace
}  // namespace roomle_sim
