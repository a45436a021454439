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
                           "SHOP_SIG"}) {
    EXPECT_TRUE(holds_credentials(name)) << name;
  }
  for (const char* name :
       {"Content-Type", "User-Agent", "Host", "Content-Length", "X-Request-Id", "Date", "Server",
        "Author", "X-Keyboard", "Retry-After", "X-Signal", "Design", "code"}) {
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
           {"", ""}}) {
    EXPECT_EQ(without_url_credentials(text), shown);
  }
}

}  // namespace
}  // namespace roomle_sim
