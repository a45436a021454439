#include "sender/credential_headers.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

TEST(CredentialHeaders, KnowsThemByTheirNames) {
  for (const char* name :
       {"Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Api-Key", "apikey",
        "X-Token", "X-Auth", "X-Auth-Token", "X_Auth_Token", "X-Acme-Secret", "X-CSRF-Token",
        "X-Amz-Security-Token", "Password", "X-Pass", "X-Session-Id", "WWW-Authenticate",
        "X-Hub-Signature-256", "X-JWT-Assertion"}) {
    EXPECT_TRUE(holds_credentials(name)) << name;
  }
  for (const char* name : {"Content-Type", "User-Agent", "Host", "Content-Length", "X-Request-Id",
                           "Date", "Server", "Author", "X-Keyboard", "Retry-After"}) {
    EXPECT_FALSE(holds_credentials(name)) << name;
  }
}

TEST(CredentialHeaders, TheirValuesAreLeftOutButForTheEventsOwnToken) {
  const Headers kept = without_credentials(
      {{"token", "01-abc"}, {"X-Token", "hidden"}, {"Server", "acme"}, {"Cookie", "id=1"}},
      "01-abc");
  const Headers expected{
      {"token", "01-abc"}, {"X-Token", "(not kept)"}, {"Server", "acme"}, {"Cookie", "(not kept)"}};
  EXPECT_EQ(kept, expected);
}

}  // namespace
}  // namespace roomle_sim
