#include "sender/outgoing.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

class Outgoing : public ::testing::Test {
 protected:
  [[nodiscard]] AttemptRequest compose(const OutgoingOptions& options = {}) const {
    const Event event =
        make_event("email.savedConfiguration", nlohmann::ordered_json::object()).value();
    return compose_attempt(tenant_, {std::make_shared<const Credential>(credential_), false},
                           event_body(event), options, {})
        .value()
        .request;
  }
  static std::string header(const AttemptRequest& request, const std::string& name) {
    const auto found = std::find_if(request.headers.begin(), request.headers.end(),
                                    [&](const auto& one) { return one.first == name; });
    return found == request.headers.end() ? "" : found->second;
  }

  Tenant tenant_;
  Credential credential_{"key", Secret("a-Secr3t_Str1ng!")};
};

TEST_F(Outgoing, NamesItselfAsTheTenantsSettingsSay) {
  EXPECT_EQ(header(compose(), "User-Agent"), "Roomle");
  tenant_.simulator.user_agent = "Roomle/2";
  EXPECT_EQ(header(compose(), "User-Agent"), "Roomle/2");
}

TEST_F(Outgoing, AHeaderOfOnesOwnReplacesOursWhateverItsCase) {
  const AttemptRequest request = compose({{{"user-agent", "mine"}, {"X-Extra", "1"}}});
  EXPECT_EQ(header(request, "User-Agent"), "mine");
  EXPECT_EQ(header(request, "user-agent"), "");
  EXPECT_EQ(header(request, "X-Extra"), "1");
}

TEST_F(Outgoing, TheTokenStandsInTheHeaderThatTheSettingsName) {
  tenant_.simulator.token.header = "X-Roomle-Token";
  EXPECT_TRUE(header(compose(), "X-Roomle-Token").starts_with("01-"));
  EXPECT_EQ(header(compose(), "token"), "");
}

TEST_F(Outgoing, ASecretThatGivesNoKeyIsAnError) {
  credential_.secret = Secret("short");
  const Event event =
      make_event("email.savedConfiguration", nlohmann::ordered_json::object()).value();
  EXPECT_FALSE(compose_attempt(tenant_, {std::make_shared<const Credential>(credential_), false},
                               event_body(event), {}, {}));
}

}  // namespace
}  // namespace roomle_sim
