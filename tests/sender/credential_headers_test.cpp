#include "sender/credential_headers.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

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
