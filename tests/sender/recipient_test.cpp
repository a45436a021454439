// What the open deliveries of a tenant share, and what they do not keep alive.
#include "sender/recipient.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

std::shared_ptr<TenantRegistry> registry() {
  auto made = std::make_shared<TenantRegistry>();
  made->add(Credential{"acmeKey", Secret("a-Secr3t_Str1ng!")});
  for (std::int64_t id = 1; id <= 2; ++id) {
    Tenant tenant;
    tenant.id = id;
    tenant.api_key = "acmeKey";
    made->add(tenant);
  }
  return made;
}

// As a change at run time makes it: the tenant with another webhook, all else shared.
std::shared_ptr<TenantRegistry> changed(const TenantRegistry& before, std::int64_t id) {
  auto made = std::make_shared<TenantRegistry>(before);
  Tenant tenant = *before.find(id);
  tenant.webhook = "http://127.0.0.1:9/new";
  made->replace(tenant);
  return made;
}

TEST(Recipients, ATenantThatHasNotChangedIsOneObjectInEveryRegistry) {
  Recipients recipients;
  const auto first = registry();
  const auto second = changed(*first, 2);
  const auto before = recipients.find(first, 1);
  ASSERT_TRUE(before);
  EXPECT_EQ(*recipients.find(first, 1), *before);
  EXPECT_EQ(*recipients.find(second, 1), *before);
}

TEST(Recipients, ATenantThatHasChangedIsAnother) {
  Recipients recipients;
  const auto first = registry();
  const auto before = recipients.find(first, 2);
  const auto after = recipients.find(changed(*first, 2), 2);
  ASSERT_TRUE(before);
  ASSERT_TRUE(after);
  EXPECT_EQ((*before)->tenant->webhook, "");
  EXPECT_EQ((*after)->tenant->webhook, "http://127.0.0.1:9/new");
}

TEST(Recipients, OneThatIsHeldKeepsNoRegistryAlive) {
  Recipients recipients;
  auto first = registry();
  const std::weak_ptr<const TenantRegistry> watched = first;
  const auto held = recipients.find(first, 1);
  ASSERT_TRUE(held);
  first.reset();
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ((*held)->credential.credential->api_key, "acmeKey");
}

TEST(Recipients, AnotherSecretUnderTheSameKeyIsAnother) {
  Recipients recipients;
  const auto first = registry();
  auto second = std::make_shared<TenantRegistry>();
  second->add(Credential{"acmeKey", Secret("another-16-bytes")});
  second->add(*first->find(1));
  const auto before = recipients.find(first, 1);
  const auto after = recipients.find(second, 1);
  ASSERT_TRUE(after);
  EXPECT_NE(*before, *after);
  EXPECT_EQ((*after)->credential.credential->secret.reveal(), "another-16-bytes");
}

}  // namespace
}  // namespace roomle_sim
