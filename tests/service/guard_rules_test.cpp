// Who may call the inspector: each header as a browser, a page or a program would send it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/guard.h"

namespace roomle_sim::test {
namespace {

constexpr const char* kToken = "a-long-access-token";

struct Case {
  Headers headers;
  int status;  // 0: it may pass
};

int guard_status(const GuardRules& rules, const Headers& headers, bool asks_token = true) {
  const std::optional<ApiProblem> problem = guard(rules, headers, asks_token);
  return problem ? problem->status : 0;
}

std::string shown(const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += name + ": " + value + "; ";
  return text;
}

TEST(Guard, AHostMustBeAnAddressLocalhostOrTheConfiguredOne) {
  const GuardRules rules{"sim.example", std::nullopt};
  const std::vector<std::pair<std::string, int>> hosts{{"127.0.0.1", 0},
                                                       {"127.0.0.1:8787", 0},
                                                       {"[::1]:8787", 0},
                                                       {"[::1]", 0},
                                                       {"localhost", 0},
                                                       {"LocalHost:1", 0},
                                                       {"sim.example", 0},
                                                       {"SIM.example:8787", 0},
                                                       {"10.0.0.7:80", 0},
                                                       {"evil.example", 403},
                                                       {"evil.example:8787", 403},
                                                       {"localhost.evil.example", 403},
                                                       {"127.0.0.1.nip.io", 403},
                                                       {"localhost.", 403},
                                                       {"", 403},
                                                       {"2130706433", 403},
                                                       {"0x7f.0.0.1", 403},
                                                       {"127.1", 403},
                                                       {"::1", 403},
                                                       {"[::1", 403},
                                                       {"[::1]x", 403},
                                                       {"[evil.example]", 403},
                                                       {"127.0.0.1:x", 403},
                                                       {"a@127.0.0.1", 403},
                                                       {"127.0.0.1:8787:1", 403},
                                                       {"127.0.0.1, evil.example", 403}};
  for (const auto& [host, status] : hosts) {
    EXPECT_EQ(guard_status(rules, {{"Host", host}}), status) << host;
  }
  EXPECT_EQ(guard_status(rules, {}), 403);
  EXPECT_EQ(guard_status(rules, {{"Host", "127.0.0.1"}, {"host", "127.0.0.1"}}), 403);
}

TEST(Guard, APageOfAnotherOriginMayNotCall) {
  const std::string host = "127.0.0.1:8787";
  const std::vector<Case> cases{
      {{{"Origin", "http://127.0.0.1:8787"}}, 0},
      {{{"origin", "http://127.0.0.1:8787"}}, 0},
      {{{"Origin", "http://127.0.0.1"}}, 403},
      {{{"Origin", "http://127.0.0.1:8788"}}, 403},
      {{{"Origin", "http://localhost:8787"}}, 403},
      {{{"Origin", "https://127.0.0.1:8787"}}, 403},
      {{{"Origin", "https://evil.example"}}, 403},
      {{{"Origin", "null"}}, 403},
      {{{"Origin", ""}}, 403},
      {{{"Origin", "http://127.0.0.1:8787"}, {"Origin", "https://evil.example"}}, 403},
      {{{"Sec-Fetch-Site", "none"}}, 0},
      {{{"Sec-Fetch-Site", "same-origin"}}, 0},
      {{{"Sec-Fetch-Site", "cross-site"}}, 403},
      {{{"Sec-Fetch-Site", "same-site"}}, 403},
      {{{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Site", "cross-site"}}, 403},
      {{{"Origin", "http://127.0.0.1:8787"}, {"Sec-Fetch-Site", "cross-site"}}, 403},
  };
  for (const Case& one : cases) {
    Headers headers = one.headers;
    headers.emplace_back("Host", host);
    EXPECT_EQ(guard_status({"127.0.0.1", std::nullopt}, headers), one.status) << shown(headers);
  }
}

TEST(Guard, TheAccessTokenIsAskedForAsABearer) {
  const GuardRules rules{"0.0.0.0", Secret(kToken)};
  const std::string right = kToken;
  const std::vector<Case> cases{
      {{}, 401},
      {{{"Authorization", "Bearer " + right}}, 0},
      {{{"authorization", "bearer " + right}}, 0},
      {{{"Authorization", right}}, 401},
      {{{"Authorization", "Basic " + right}}, 401},
      {{{"Authorization", "Bearer "}}, 401},
      {{{"Authorization", "Bearer " + right + "x"}}, 401},
      {{{"Authorization", "Bearer " + right.substr(1)}}, 401},
      {{{"Authorization", "Bearer " + right}, {"Authorization", "Bearer " + right}}, 401},
  };
  for (const Case& one : cases) {
    Headers headers = one.headers;
    headers.emplace_back("Host", "10.0.0.7:8787");
    EXPECT_EQ(guard_status(rules, headers), one.status) << shown(headers);
    EXPECT_EQ(guard_status(rules, headers, false), 0) << shown(headers);
  }
}

TEST(Guard, WhoShowsTheTokenMayCallByAnyName) {
  const GuardRules rules{"0.0.0.0", Secret(kToken)};
  const std::pair<std::string, std::string> token{"Authorization", std::string("Bearer ") + kToken};
  EXPECT_EQ(guard_status(rules, {token, {"Host", "sim.internal:8787"}}), 0);
  EXPECT_EQ(guard_status(rules, {{"Host", "sim.internal:8787"}}), 401);
  EXPECT_EQ(guard_status({"127.0.0.1", std::nullopt}, {token, {"Host", "sim.internal:8787"}}), 403)
      << "a token that nobody asked for says nothing";
}

TEST(Guard, TheTokenOpensNothingToAPageOfAnotherOrigin) {
  const GuardRules rules{"0.0.0.0", Secret(kToken)};
  const std::pair<std::string, std::string> token{"Authorization", std::string("Bearer ") + kToken};
  const std::pair<std::string, std::string> host{"Host", "sim.internal:8787"};
  EXPECT_EQ(guard_status(rules, {token, host, {"Origin", "null"}}), 403);
  EXPECT_EQ(guard_status(rules, {token, host, {"Origin", "https://evil.example"}}), 403);
  EXPECT_EQ(guard_status(rules, {token, host, {"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(guard_status(rules, {token, host, {"Origin", "http://sim.internal:8787"}}), 0);
  EXPECT_EQ(guard_status(rules, {token, {"Origin", "http://sim.internal:8787"}}), 403) << "no Host";
}

TEST(Guard, AProbeIsCalledByAnyName) {
  for (const auto& token : {std::optional<Secret>(), std::optional(Secret(kToken))}) {
    EXPECT_EQ(guard_status({"127.0.0.1", token}, {{"Host", "pod.internal"}}, false), 0);
    EXPECT_EQ(guard_status({"127.0.0.1", token},
                           {{"Host", "pod.internal"}, {"Origin", "https://evil.example"}}, false),
              403);
  }
}

TEST(Guard, A401SaysHowAndShowsNeitherToken) {
  const auto problem =
      guard({"0.0.0.0", Secret(kToken)},
            {{"Host", "127.0.0.1"}, {"Authorization", "Bearer a-wrong-one"}}, true);
  ASSERT_TRUE(problem);
  EXPECT_THAT(problem->headers, testing::ElementsAre(testing::Pair("WWW-Authenticate",
                                                                   testing::StartsWith("Bearer"))));
  const std::string body = problem_response(*problem).body;
  EXPECT_THAT(body, testing::Not(testing::HasSubstr(kToken)));
  EXPECT_THAT(body, testing::Not(testing::HasSubstr("a-wrong-one")));
}

TEST(Guard, KnowsTheLoopbackByItsAddresses) {
  for (const char* host : {"127.0.0.1", "127.8.9.10", "::1", "localhost", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.7", "128.0.0.1", "localhost.example", "",
                           "127.0.0.1.example", "::ffff:10.0.0.7"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace roomle_sim::test
