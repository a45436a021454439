// The tenants files that stand in fixtures/, read from the disk as a user would have them.
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "tenants/registry.h"
#include "tests/support/temporary_folder.h"
#include "tests/tenants/read_text.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

const fs::path kFixtures = fs::path(FIXTURES_DIR) / "tenants";

TEST(TenantsFixtures, AcmeLoadsWithoutAnyEnvironment) {
  const Result<TenantRegistry> acme = load_tenants((kFixtures / "acme.json").string());
  ASSERT_TRUE(acme.ok()) << acme.error().message;
  const Tenant* tenant = acme->find_by_text("acme");
  ASSERT_NE(tenant, nullptr);
  EXPECT_EQ(tenant, acme->find(42));
  EXPECT_TRUE(acme->credential_for(*tenant).authenticates);
}

TEST(TenantsFixtures, SeveralTenantsDifferInWhatTheyMay) {
  const Result<TenantRegistry> several =
      load_tenants((kFixtures / "several-tenants.json").string());
  ASSERT_TRUE(several.ok()) << several.error().message;
  ASSERT_EQ(several->tenants().size(), 5U);
  EXPECT_TRUE(several->find_by_name("nordic")->webhook.empty());
  EXPECT_FALSE(several->credential_for(*several->find_by_name("open-shop")).authenticates);
  EXPECT_EQ(several->find_by_name("patient")->simulator.retry.attempts, 5);
  EXPECT_FALSE(several->find_by_name("closed")->active);
}

TEST(TenantsFixtures, EachBadOneIsRefusedAtAPlaceInItself) {
  int seen = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFixtures / "bad")) {
    const Result<TenantRegistry> bad = load_tenants(entry.path().string());
    ASSERT_FALSE(bad.ok()) << entry.path();
    EXPECT_EQ(bad.error().code, ErrorCode::bad_input);
    EXPECT_THAT(bad.error().message, StartsWith(entry.path().string() + ":"));
    ++seen;
  }
  EXPECT_GE(seen, 20);
}

TEST(LoadTenants, ReadsSecretsFromRealFilesAndTheRealEnvironment) {
  const TemporaryFolder folder;
  folder.file("acme.secret", "0123456789abcdef\n");
  setenv("ROOMLE_SIM_TEST_SECRET", "fedcba9876543210", 1);  // NOLINT(concurrency-mt-unsafe)
  const Result<TenantRegistry> loaded = load_tenants(folder.file("tenants.json", R"({
      "tenants": [ { "id": 1, "apiKey": "a" }, { "id": 2, "apiKey": "b" } ],
      "credentials": [ { "apiKey": "a", "secret": { "file": "acme.secret" } },
                       { "apiKey": "b", "secret": { "env": "ROOMLE_SIM_TEST_SECRET" } } ] })"));
  unsetenv("ROOMLE_SIM_TEST_SECRET");  // NOLINT(concurrency-mt-unsafe)
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded->credentials()[0].secret.reveal(), "0123456789abcdef");
  EXPECT_EQ(loaded->credentials()[1].secret.reveal(), "fedcba9876543210");
}

std::string refusal(const std::string& path) {
  const Result<Source> source = read_source(path);
  if (source) return "accepted";
  EXPECT_EQ(source.error().code, ErrorCode::bad_input);
  return source.error().message;
}

TEST(ReadSource, TellsWhyAFileCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal(folder.path() + "/none"), HasSubstr("/none: there is no such file"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr(": it is a folder"));
  EXPECT_THAT(refusal(""), HasSubstr("a file's name is expected"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("it is larger than 16 MiB"));
}

TEST(ReadSource, NamesTheSourceByItsPath) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.json", std::string("a\0b\r\n", 5));
  const Result<Source> source = read_source(path);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->name, path);
  EXPECT_EQ((*source)->text, std::string("a\0b\r\n", 5));
}

// Whatever happens to a tenants file, it is read, or refused with a place.
TEST(ParseTenants, SurvivesMutations) {
  const Result<Source> whole = read_source((kFixtures / "several-tenants.json").string());
  ASSERT_TRUE(whole.ok());
  const std::uint64_t seed = 2024;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  constexpr std::string_view kPieces = "{}[]\",:0-ae\\/\n";
  for (int i = 0; i < 2'000; ++i) {
    std::string text = (*whole)->text;
    for (std::uint64_t edit = random.between(1, 3); edit > 0; --edit) {
      const std::size_t at = random.between(0, text.size() - 1);
      if (random.between(0, 1) == 0) {
        text[at] = kPieces[random.between(0, kPieces.size() - 1)];
      } else {
        text.erase(at, random.between(1, 8));
      }
    }
    const Result<TenantRegistry> parsed = parse_tenants(text_source(text));
    if (!parsed) {
      ASSERT_THAT(parsed.error().message, StartsWith("a.json:")) << text;
    }
  }
}

}  // namespace
}  // namespace roomle_sim
