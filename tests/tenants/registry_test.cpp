#include "tenants/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tenants/read_text.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using testing::Not;

SecretSources fake_sources() {
  SecretSources sources;
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "ACME_SECRET") return "fromEnvironment!";
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  sources.file = [](const std::string& path) -> Result<std::string> {
    if (path == "folder/acme.secret") return std::string("fromAFile1234567\n");
    if (path == "/etc/acme.secret") return std::string("fromAnotherFile!\r\n");
    if (path == "folder/two-newlines") return std::string("fourteen bytes\n\n");
    return Error{ErrorCode::bad_input, path + ": there is no such file"};
  };
  return sources;
}

Result<TenantRegistry> parse(const std::string& text) {
  return parse_tenants(text_source(text, "folder/tenants.json"), fake_sources());
}

TenantRegistry registry(const std::string& text) {
  const Result<TenantRegistry> parsed = parse(text);
  EXPECT_TRUE(parsed.ok()) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : TenantRegistry();
}

std::string tenants(const std::string& members, const std::string& more = "") {
  return R"({"tenants": [)" + members + "]" + more + "}";
}

TEST(TenantRegistry, ReadsTheVendorsMembersAndOurs) {
  const TenantRegistry read = registry(tenants(
      R"({"id": 42, "name": "acme", "label": "Acme Furniture", "active": false,
          "defaultLanguage": "de", "branded": false, "privacyUrl": "https://acme.example/p#mail",
          "webhook": "http://127.0.0.1:8090/roomle", "apiKey": "aValidApiKey",
          "simulator": {"retry": "svix", "timeout": "3s", "token": {"iv": "zero"}}})",
      R"(, "credentials": [{"apiKey": "aValidApiKey", "secret": "a-Secr3t_Str1ng!"}])"));
  const Tenant* tenant = read.find(42);
  ASSERT_NE(tenant, nullptr);
  EXPECT_EQ(tenant->name, "acme");
  EXPECT_EQ(tenant->shown_name(), "Acme Furniture");
  EXPECT_FALSE(tenant->active);
  EXPECT_FALSE(tenant->branded);
  EXPECT_EQ(tenant->default_language, "de");
  EXPECT_EQ(tenant->privacy_url, "https://acme.example/p#mail");
  EXPECT_EQ(tenant->webhook, "http://127.0.0.1:8090/roomle");
  EXPECT_EQ(tenant->api_key, "aValidApiKey");
  EXPECT_EQ(tenant->simulator.retry.name, "svix");
  EXPECT_EQ(tenant->simulator.timeout, std::chrono::seconds(3));
  EXPECT_EQ(tenant->simulator.token.iv, IvMode::zero);
}

TEST(TenantRegistry, FillsInDefaults) {
  const TenantRegistry read = registry(tenants(R"({"id": 7})"));
  const Tenant& tenant = read.tenants()[0];
  EXPECT_EQ(tenant.name, "tenant-7");
  EXPECT_EQ(tenant.shown_name(), "tenant-7");
  EXPECT_TRUE(tenant.active);
  EXPECT_TRUE(tenant.branded);
  EXPECT_EQ(tenant.default_language, "en");
  EXPECT_EQ(tenant.webhook, "");
  EXPECT_FALSE(tenant.api_key.has_value());
  EXPECT_EQ(tenant.simulator.retry.attempts, 1);
  EXPECT_EQ(tenant.simulator.timeout, std::chrono::seconds(10));
}

// As the vendor's API answers what is not set.
TEST(TenantRegistry, TakesNullForAbsent) {
  const TenantRegistry read = registry(tenants(
      R"({"id": 7, "name": null, "label": null, "defaultLanguage": null, "privacyUrl": null,
          "webhook": null, "apiKey": null})"));
  EXPECT_EQ(read.tenants()[0].name, "tenant-7");
  EXPECT_FALSE(read.tenants()[0].api_key.has_value());
}

TEST(TenantRegistry, FindsATenantByIdOrName) {
  const TenantRegistry read =
      registry(tenants(R"({"id": 42, "name": "acme"}, {"id": 43, "name": "44"})"));
  EXPECT_EQ(read.find_by_text("42"), read.find(42));
  EXPECT_EQ(read.find_by_text("acme"), read.find(42));
  EXPECT_EQ(read.find_by_name("acme"), read.find(42));
  EXPECT_EQ(read.find_by_text("44"), read.find(43));
  EXPECT_EQ(read.find_by_text("Acme"), nullptr);
  EXPECT_EQ(read.find_by_text("42x"), nullptr);
  EXPECT_EQ(read.find_by_text(""), nullptr);
  EXPECT_EQ(read.find(1), nullptr);
}

TEST(TenantRegistry, TellsWhichSecretEncryptsATokenAndWhetherItAuthenticates) {
  const TenantRegistry read =
      registry(tenants(R"({"id": 1, "apiKey": "b"}, {"id": 2})",
                       R"(, "credentials": [{"apiKey": "a", "secret": "aaaaaaaaaaaaaaaa"},
                                   {"apiKey": "b", "secret": "bbbbbbbbbbbbbbbb"}],
                 "defaultCredential": {"apiKey": "everyone", "secret": "dddddddddddddddd"})"));
  const TokenCredential own = read.credential_for(*read.find(1));
  EXPECT_TRUE(own.authenticates);
  EXPECT_EQ(own.credential->api_key, "b");
  EXPECT_EQ(own.credential->secret.reveal(), "bbbbbbbbbbbbbbbb");
  const TokenCredential shared = read.credential_for(*read.find(2));
  EXPECT_FALSE(shared.authenticates);
  EXPECT_EQ(shared.credential->api_key, "everyone");
  EXPECT_EQ(shared.credential->secret.reveal(), "dddddddddddddddd");
}

TEST(TenantRegistry, HasADefaultCredentialWhereTheFileGivesNone) {
  const TenantRegistry read = registry(tenants(R"({"id": 1})"));
  EXPECT_EQ(read.default_credential().api_key, "roomle_default");
  EXPECT_EQ(read.default_credential().secret.reveal(), "a-Secr3t_Str1ng!");
}

std::string secret_of(const std::string& secret) {
  const TenantRegistry read =
      registry(tenants("", R"(, "credentials": [{"apiKey": "k", "secret": )" + secret + "}]"));
  return read.credentials().empty() ? "none" : std::string(read.credentials()[0].secret.reveal());
}

TEST(Secrets, AreGivenAsTextByTheEnvironmentOrInAFileBesideTheTenantsFile) {
  EXPECT_EQ(secret_of(R"("written here")"), "written here");
  EXPECT_EQ(secret_of(R"({"env": "ACME_SECRET"})"), "fromEnvironment!");
  EXPECT_EQ(secret_of(R"({"file": "acme.secret"})"), "fromAFile1234567");
  EXPECT_EQ(secret_of(R"({"file": "/etc/acme.secret"})"), "fromAnotherFile!");
}

TEST(Secrets, LoseOneTrailingNewlineAndNoMore) {
  EXPECT_EQ(secret_of(R"({"file": "two-newlines"})"), "fourteen bytes\n");
}

TEST(ReadTenants, LeavesOtherMembersToItsCaller) {
  Diagnostics diagnostics;
  const std::optional<JsonNode> node = parse_json(
      text_source(R"({"name": "a scenario", "tenants": [{"id": 42}], "steps": []})"), diagnostics);
  ASSERT_TRUE(node.has_value());
  ObjectReader reader(*node, diagnostics, "a scenario");
  reader.allow({"name", "steps"});
  const TenantRegistry read = read_tenants(reader, diagnostics, fake_sources());
  reader.finish();
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.render();
  EXPECT_NE(read.find(42), nullptr);
}

}  // namespace
}  // namespace roomle_sim
