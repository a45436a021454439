#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kFixtures = FIXTURES_DIR "/tenants/";

TEST(TenantsCheck, TellsOfEachTenantWhereItsEventsGoAndWhatItsTokenProves) {
  const ProcessResult result =
      roomle_sim_run({"tenants", "check", kFixtures + "several-tenants.json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("several-tenants.json: 5 tenants, fine"));
  EXPECT_THAT(result.out, HasSubstr("no webhook: the Roomle email goes out at once"));
  EXPECT_THAT(result.out, HasSubstr("secret of apiKey 'nordicKey', authenticates the event"));
  EXPECT_THAT(result.out, HasSubstr("the event cannot be authenticated"));
  EXPECT_THAT(result.err, HasSubstr("'closed' is inactive"));
  EXPECT_THAT(result.err, HasSubstr("'open-shop' has no apiKey"));
}

TEST(TenantsCheck, NeverShowsASecret) {
  for (const char* file : {"acme.json", "several-tenants.json", "bad/secret-length.json"}) {
    for (const char* flag : {"--json", "--no-color"}) {
      const ProcessResult result = roomle_sim_run({"tenants", "check", flag, kFixtures + file});
      for (const char* secret : {"Secr3t", "0123456789abcdef", "tooShort"}) {
        EXPECT_THAT(result.out + result.err, Not(HasSubstr(secret))) << file;
      }
    }
  }
}

TEST(TenantsCheck, PrintsOneObjectALineUnderJson) {
  const ProcessResult result =
      roomle_sim_run({"tenants", "check", "--json", "-q", kFixtures + "several-tenants.json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  const std::vector<nlohmann::ordered_json> tenants = objects(result.out);
  ASSERT_EQ(tenants.size(), 5U);
  EXPECT_EQ(tenants[0]["type"], "tenant");
  EXPECT_EQ(tenants[0]["authenticates"], true);
  EXPECT_EQ(tenants[1]["webhook"], nullptr);
  EXPECT_EQ(tenants[2]["apiKey"], nullptr);
  EXPECT_EQ(tenants[2]["authenticates"], false);
  EXPECT_EQ(tenants[3]["token"]["key"], "sha256");
  EXPECT_EQ(tenants[4]["attempts"], 10);
}

TEST(TenantsCheck, ShowsEachMistakeAtTheStartOfALineAndExitsWithTwo) {
  const std::string file = kFixtures + "bad/many-mistakes.json";
  const ProcessResult result = roomle_sim_run({"tenants", "check", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith(file + ":2:42: webhook: "));
  EXPECT_THAT(result.err, HasSubstr("\n" + file + ":6:3: a tenants file has no member"));
}

TEST(TenantsCheck, ChecksTheOtherFilesToo) {
  const ProcessResult result =
      roomle_sim_run({"tenants", "check", kFixtures + "bad/cut.json", kFixtures + "acme.json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.out, HasSubstr("acme.json: 1 tenant, fine"));
}

TEST(TenantsCheck, ExitsWithTwoForAFileThatIsNotThereAndOneForWrongUsage) {
  EXPECT_EQ(roomle_sim_run({"tenants", "check", kFixtures + "none.json"}).exit_code, 2);
  EXPECT_EQ(roomle_sim_run({"tenants", "check"}).exit_code, 1);
  EXPECT_EQ(roomle_sim_run({"tenants"}).exit_code, 1);
}

}  // namespace
}  // namespace roomle_sim
