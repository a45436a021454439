// What `serve` shows for copying: it works as the service was started.
#include "cli/next_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Serving serving() {
  return {"http://127.0.0.1:8787", 8787, "127.0.0.1", "", ApiAuth::log, 42};
}

TEST(NextSteps, NameTheAddressWhereItIsNotTheUsualOne) {
  EXPECT_THAT(next_steps(serving()), HasSubstr("roomle-sim tail\n"));
  Serving elsewhere = serving();
  elsewhere.port = 9000;
  elsewhere.url = "http://127.0.0.1:9000";
  EXPECT_THAT(next_steps(elsewhere), HasSubstr("roomle-sim tail --url http://127.0.0.1:9000\n"));
}

TEST(NextSteps, NameTheAccessTokensFileAsAShellTakesIt) {
  Serving guarded = serving();
  for (const auto& [file, shown] :
       {std::pair{"./token", "./token"}, std::pair{"my token", "'my token'"},
        std::pair{"it's", R"('it'\''s')"}, std::pair{"-", "FILE"}}) {
    guarded.access_token_file = file;
    EXPECT_THAT(next_steps(guarded),
                HasSubstr(std::string("tail --access-token-file ") + shown + "\n"));
  }
}

TEST(NextSteps, GiveATokenWhereOneIsAskedFor) {
  Serving strict = serving();
  EXPECT_THAT(next_steps(strict), Not(HasSubstr("token")));
  strict.auth = ApiAuth::strict;
  EXPECT_THAT(next_steps(strict),
              HasSubstr("curl -H 'currentTenant: 42' -H 'apiKey: roomle_portal_v2' -H \"token: "
                        "$(roomle-sim token encrypt --alg 03 --api-key roomle_portal_v2)\" -F"));
}

TEST(NextSteps, WarnWhereOtherMachinesReachIt) {
  EXPECT_THAT(next_steps(serving()), Not(HasSubstr("warning")));
  Serving open = serving();
  open.host = "0.0.0.0";
  EXPECT_THAT(next_steps(open), AllOf(HasSubstr("warning: 0.0.0.0 is open to other machines"),
                                      HasSubstr("/sim/v1, /metrics and changes of tenants")));
}

TEST(NextSteps, WithoutAnActiveTenantShowNoCommandThatWouldBeRefused) {
  Serving none = serving();
  none.tenant = 0;
  EXPECT_THAT(next_steps(none), HasSubstr("no tenant is active"));
  EXPECT_THAT(next_steps(none), Not(HasSubstr("curl")));
}

}  // namespace
}  // namespace roomle_sim
