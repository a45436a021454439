// The tenants as they are changed while the service runs.
#include "service/tenant_directory.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kWebhook = "http://127.0.0.1:8090/roomle";

Tenant tenant(std::int64_t id, std::optional<std::string> api_key) {
  Tenant one;
  one.id = id;
  one.name = "tenant-" + std::to_string(id);
  one.webhook = kWebhook;
  one.api_key = std::move(api_key);
  return one;
}

// 42 and 43 have apiKeys of their own, 44 and 45 share one, 46 has none; "spareKey" is nobody's.
TenantRegistry registry() {
  TenantRegistry all;
  for (const char* key : {"acmeKey", "otherKey", "sharedKey", "spareKey"}) {
    all.add(Credential{key, Secret("a-Secr3t_Str1ng!")});
  }
  all.add(tenant(42, "acmeKey"));
  all.add(tenant(43, "otherKey"));
  all.add(tenant(44, "sharedKey"));
  all.add(tenant(45, "sharedKey"));
  all.add(tenant(46, std::nullopt));
  return all;
}

const Tenant& at(const std::shared_ptr<const TenantRegistry>& tenants, std::int64_t id) {
  return *tenants->find(id);
}

TEST(TenantDirectory, AChangedWebhookIsSeenByWhoeverAsksNext) {
  TenantDirectory directory(registry());
  EXPECT_FALSE(directory.change(42, {"http://127.0.0.1:9000/new", std::nullopt}));
  EXPECT_EQ(at(directory.current(), 42).webhook, "http://127.0.0.1:9000/new");
  EXPECT_EQ(at(directory.current(), 42).api_key, "acmeKey");
  EXPECT_EQ(at(directory.current(), 43).webhook, kWebhook);
}

TEST(TenantDirectory, WhoHoldsTheRegistryOfBeforeKeepsItAsItWas) {
  TenantDirectory directory(registry());
  const auto before = directory.current();
  ASSERT_FALSE(directory.change(42, {"", "spareKey"}));
  EXPECT_EQ(at(before, 42).webhook, kWebhook);
  EXPECT_EQ(before->credential_for(at(before, 42)).credential->api_key, "acmeKey");
  const auto after = directory.current();
  EXPECT_EQ(after->credential_for(at(after, 42)).credential->api_key, "spareKey");
}

// Or each open delivery would keep alive all tenants as they once were.
TEST(TenantDirectory, AChangeSharesAllOtherTenantsAndCredentials) {
  TenantDirectory directory(registry());
  const auto other = directory.current()->share(43);
  const auto credential = directory.current()->credential_for(*other).credential;
  std::weak_ptr<const TenantRegistry> before = directory.current();
  for (const char* webhook : {"http://127.0.0.1:9000/a", "http://127.0.0.1:9000/b"}) {
    ASSERT_FALSE(directory.change(42, {webhook, std::nullopt}));
    EXPECT_TRUE(before.expired());
    before = directory.current();
  }
  EXPECT_EQ(directory.current()->share(43), other);
  EXPECT_EQ(directory.current()->credential_for(*other).credential, credential);
}

TEST(TenantDirectory, WhatChangesNothingMakesNoNewTenant) {
  TenantDirectory directory(registry());
  const auto before = directory.current();
  ASSERT_FALSE(directory.change(42, {kWebhook, "acmeKey"}));
  EXPECT_EQ(directory.current(), before);
}

TEST(TenantDirectory, AnEmptyTextTakesAway) {
  TenantDirectory directory(registry());
  ASSERT_FALSE(directory.change(42, {"", ""}));
  const auto now = directory.current();
  EXPECT_EQ(at(now, 42).webhook, "");
  EXPECT_EQ(at(now, 42).api_key, std::nullopt);
  EXPECT_FALSE(now->credential_for(at(now, 42)).authenticates);
}

TEST(TenantDirectory, WhatIsNotNamedStays) {
  TenantDirectory directory(registry());
  ASSERT_FALSE(directory.change(42, {}));
  EXPECT_EQ(at(directory.current(), 42).webhook, kWebhook);
  EXPECT_EQ(at(directory.current(), 42).api_key, "acmeKey");
}

TEST(TenantDirectory, ATenantThatIsNotThereIsAUsageError) {
  TenantDirectory directory(registry());
  const auto error = directory.change(7, {kWebhook, std::nullopt});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::usage);
  EXPECT_EQ(error->message, "there is no tenant 7");
}

TEST(TenantDirectory, AWrongWebhookChangesNothingOfTheWholeChange) {
  for (const char* wrong : {"acme.example/roomle", "ftp://127.0.0.1/", "http://", " ",
                            "http://127.0.0.1:0/", "http://127.0.0.1/#there"}) {
    TenantDirectory directory(registry());
    const auto before = directory.current();
    const auto error = directory.change(42, {wrong, "spareKey"});
    ASSERT_TRUE(error) << wrong;
    EXPECT_EQ(error->code, ErrorCode::bad_input) << wrong;
    EXPECT_EQ(directory.current(), before) << wrong;
  }
}

TEST(TenantDirectory, ARefusedWebhookIsNotRepeated) {
  TenantDirectory directory(registry());
  const auto error = directory.change(42, {"http://me:pa55word@127.0.0.1/", std::nullopt});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("user info"));
  EXPECT_THAT(error->message, Not(HasSubstr("pa55word")));
}

TEST(TenantDirectory, AnApiKeyNeedsACredential) {
  TenantDirectory directory(registry());
  const auto error = directory.change(42, {kWebhook, "nobodysKey"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::bad_input);
  EXPECT_THAT(error->message, HasSubstr("no credential"));
  EXPECT_EQ(at(directory.current(), 42).api_key, "acmeKey");
}

TEST(TenantDirectory, AnApiKeyIsNoOtherTenants) {
  TenantDirectory directory(registry());
  const auto error = directory.change(42, {std::nullopt, "otherKey"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::bad_input);
  EXPECT_EQ(error->message, "another tenant has this apiKey");
  ASSERT_FALSE(directory.change(43, {std::nullopt, ""}));
  EXPECT_FALSE(directory.change(42, {std::nullopt, "otherKey"})) << "it is free now";
}

// A PUT of a whole tenant, as it was read, brings its apiKey with it.
TEST(TenantDirectory, AnApiKeyThatTheFileGivesTwiceCanStayWhileTheWebhookChanges) {
  TenantDirectory directory(registry());
  EXPECT_FALSE(directory.change(44, {"http://127.0.0.1:9000/", "sharedKey"}));
  EXPECT_FALSE(directory.change(45, {"http://127.0.0.1:9001/", std::nullopt}));
  EXPECT_EQ(at(directory.current(), 44).webhook, "http://127.0.0.1:9000/");
  EXPECT_EQ(at(directory.current(), 45).webhook, "http://127.0.0.1:9001/");
  EXPECT_TRUE(directory.change(46, {std::nullopt, "sharedKey"})) << "a third one is refused";
}

// Else every event of the tenant would be refused from then on.
TEST(TenantDirectory, ASecretThatTheTenantsCipherCannotTakeIsRefusedWithoutBeingShown) {
  TenantRegistry tenants = registry();
  tenants.add(Credential{"shortKey", Secret("too-short")});
  TenantDirectory directory(std::move(tenants));
  const auto error = directory.change(42, {std::nullopt, "shortKey"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::bad_input);
  EXPECT_THAT(error->message, HasSubstr("shortKey"));
  EXPECT_THAT(error->message, Not(HasSubstr("too-short")));
  EXPECT_EQ(at(directory.current(), 42).api_key, "acmeKey");
}

TEST(TenantDirectory, ATenantWithItsOwnKeyFormTakesWhatFitsThat) {
  TenantRegistry tenants = registry();
  tenants.add(Credential{"shortKey", Secret("too-short")});
  tenants.add(Credential{"hexKey", Secret("00112233445566778899aabbccddeeff")});
  Tenant hashed = *tenants.find(42);
  hashed.simulator.token.key = KeyForm::sha256;
  tenants.replace(hashed);
  Tenant hex = *tenants.find(43);
  hex.simulator.token.key = KeyForm::hex;
  tenants.replace(hex);
  TenantDirectory directory(std::move(tenants));
  EXPECT_FALSE(directory.change(42, {std::nullopt, "shortKey"}));
  EXPECT_FALSE(directory.change(43, {std::nullopt, "hexKey"}));
  EXPECT_TRUE(directory.change(43, {std::nullopt, ""})) << "the default secret is not hex";
}

TEST(TenantDirectory, ChangesOfManyThreadsAreAllThere) {
  TenantDirectory directory(registry());
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (std::int64_t id = 42; id <= 46; ++id) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < 50; ++i) {
        const auto webhook = "http://127.0.0.1:9000/" + std::to_string(id * 1000 + i);
        if (directory.change(id, {webhook, std::nullopt})) ++refused;
        if (at(directory.current(), id).webhook != webhook) ++refused;  // nobody else writes it
      }
    });
  }
  for (std::thread& one : threads) one.join();
  EXPECT_EQ(refused, 0);
  for (std::int64_t id = 42; id <= 46; ++id) {
    EXPECT_EQ(at(directory.current(), id).webhook,
              "http://127.0.0.1:9000/" + std::to_string(id * 1000 + 49));
  }
}

}  // namespace
}  // namespace roomle_sim
