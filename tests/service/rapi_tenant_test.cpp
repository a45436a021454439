#include <gmock/gmock.h>

#include "base/json_text.h"
#include "tests/service/rapi_fixture.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RapiTenantTest : public RapiTest {
 protected:
  // As the guard lets the inspector's own callers through.
  static ApiRequest from_here(const std::string& method, const std::string& path,
                              const std::string& body = {}) {
    ApiRequest one = request(method, path);
    one.trusted = true;
    one.body = body;
    set_header(one, "Content-Type", body.empty() ? "" : "application/json");
    return one;
  }
  static void sign(ApiRequest& request, const std::string& api_key, const std::string& secret,
                   TokenAlgorithm algorithm = TokenAlgorithm::aes_cbc) {
    set_header(request, "apiKey", api_key);
    set_header(request, "token",
               encrypted_token("2026-01-02T03:04:05.678Z;anonymous;" + api_key, secret, algorithm));
  }
  ordered_json tenant_of(const ApiRequest& request) { return json_of(call(request)).at("tenant"); }
};

TEST_F(RapiTenantTest, IsShownInTheVendorsNames) {
  const std::string expected =
      R"({"tenant":{"id":42,"name":"tenant-42","label":"Tenant 42","active":true,)"
      R"("defaultLanguage":"de","branded":true,"privacyUrl":"https://tenant.example/privacy"}})";
  for (const std::string path : {"/v2/tenants/42", "/api/v2/tenants/42"}) {
    EXPECT_EQ(call(request("GET", path)).body, expected + "\n");
  }
  EXPECT_EQ(tenant_of(request("GET", "/v2/tenants/45"))["active"], false);
}

// Its client takes the value of the answer's last member: of /tenants/me it makes the id for the
// next request, of /tenants/42 the tenant.
TEST_F(RapiTenantTest, MeIsTheTenantOfTheHeaderWithItsIdLast) {
  ApiRequest me = request("GET", "/v2/tenants/me");
  set_header(me, "currentTenant", "43");
  const auto answer = json_of(call(me));
  EXPECT_EQ(answer["tenant"]["id"], 43);
  EXPECT_EQ(answer.back(), 43);
  EXPECT_EQ(json_of(call(request("GET", "/v2/tenants/43"))).back()["name"], "tenant-43");
}

TEST_F(RapiTenantTest, OneThatIsNotThereIs404) {
  for (const std::string id : {"7", "tenant-42", "042x", "-1", "99999999999999999999", "42 "}) {
    EXPECT_THAT(told(call(request("GET", "/v2/tenants/" + id))),
                StartsWith("404 unknown_tenant the id in the path: the tenants file has no tenant"))
        << id;
    EXPECT_THAT(told(call(from_here("PUT", "/v2/tenants/" + id, "{}"))), StartsWith("404")) << id;
  }
}

TEST_F(RapiTenantTest, WebhookAndApiKeyAreShownToThisMachinesUser) {
  const auto tenant = tenant_of(from_here("GET", "/v2/tenants/42"));
  EXPECT_EQ(tenant["webhook"], endpoint_.url());
  EXPECT_EQ(tenant["apiKey"], kApiKey);
  EXPECT_TRUE(tenant_of(from_here("GET", "/v2/tenants/44"))["apiKey"].is_null());
}

TEST_F(RapiTenantTest, NobodyElseSeesOrChangesThem) {
  struct Case {
    const char* name;
    std::function<void(ApiRequest&)> make;
  };
  const std::vector<Case> cases{
      {"the vendor's client", [](ApiRequest&) {}},
      {"no token", [](ApiRequest& one) { set_header(one, "token", ""); }},
      {"03 with the tenant's apiKey",
       [](ApiRequest& one) {
         set_header(one, "apiKey", kApiKey);
         set_header(one, "token", sdk_token(kApiKey));
       }},
      // Every POST carries one, and no endpoint's log is to be a key.
      {"a token of the tenant's own secret", [](ApiRequest& one) { sign(one, kApiKey, kSecret); }},
      {"the same by ECB",
       [](ApiRequest& one) { sign(one, kApiKey, kSecret, TokenAlgorithm::aes_ecb); }},
      {"another tenant's secret", [](ApiRequest& one) { sign(one, "otherKey", kOtherSecret); }},
      {"a credential of nobody, with the same secret",
       [](ApiRequest& one) { sign(one, "spareKey", kSecret); }},
      {"another secret", [](ApiRequest& one) { sign(one, kApiKey, kOtherSecret); }},
      {"the default secret", [](ApiRequest& one) { sign(one, "roomle_default", kSecret); }},
      {"a token that names another apiKey",
       [](ApiRequest& one) {
         sign(one, "spareKey", kSecret);
         set_header(one, "apiKey", kApiKey);
       }},
      {"a page of another origin, with the right token",
       [](ApiRequest& one) {
         sign(one, kApiKey, kSecret);
         set_header(one, "Origin", "https://shop.example");
       }},
      {"a page without an origin",
       [](ApiRequest& one) {
         sign(one, kApiKey, kSecret);
         set_header(one, "origin", "null");
       }},
      {"a page, by its fetch metadata", [](ApiRequest& one) {
         sign(one, kApiKey, kSecret);
         set_header(one, "Sec-Fetch-Site", "cross-site");
       }}};
  for (const auto auth : {ApiAuth::off, ApiAuth::log}) {
    RapiOptions options;
    options.auth = auth;
    start(std::move(options));
    for (const Case& one : cases) {
      ApiRequest get = request("GET", "/v2/tenants/42");
      one.make(get);
      const auto shown = call(get);
      EXPECT_EQ(shown.status, 200) << one.name;
      EXPECT_THAT(shown.body, Not(HasSubstr("webhook"))) << one.name;
      EXPECT_THAT(shown.body, Not(HasSubstr("apiKey"))) << one.name;
      EXPECT_THAT(shown.body, Not(HasSubstr(kApiKey))) << one.name;
      ApiRequest put = request("PUT", "/v2/tenants/42");
      one.make(put);
      put.body = R"({"webhook":"http://127.0.0.1:9/stolen"})";
      EXPECT_THAT(told(call(put)), StartsWith("403 no_management_rights -: ")) << one.name;
    }
    EXPECT_EQ(tenants_->current()->find(42)->webhook, endpoint_.url());
  }
}

TEST_F(RapiTenantTest, ASecretIsInNoAnswer) {
  for (const std::string path : {"/v2/tenants/42", "/v2/tenants/44", "/v2/tenants/me"}) {
    EXPECT_THAT(call(from_here("GET", path)).body, Not(HasSubstr(kSecret)));
    EXPECT_THAT(call(from_here("PUT", path, R"({"apiKey":null})")).body, Not(HasSubstr(kSecret)));
  }
}

TEST_F(RapiTenantTest, AChangedWebhookGetsTheNextEvent) {
  KeepingEndpoint other;
  const auto answer =
      call(from_here("PUT", "/v2/tenants/42", json_text(ordered_json{{"webhook", other.url()}})));
  ASSERT_EQ(told(answer), "200");
  EXPECT_EQ(json_of(answer)["tenant"]["webhook"], other.url());
  ASSERT_EQ(told(call(share({{"email", "a@b.example"}, {"type", "1"}}))), "200");
  EXPECT_EQ(other.wait_for(1).size(), 1U);
  EXPECT_TRUE(endpoint_.wait_for(0).empty());
}

TEST_F(RapiTenantTest, WithoutAWebhookTheMailGoesOut) {
  for (const std::string none : {"null", "\"\""}) {
    ASSERT_EQ(told(call(from_here("PUT", "/v2/tenants/42", R"({"webhook":)" + none + "}"))), "200");
  }
  ASSERT_EQ(told(call(share({{"email", "a@b.example"}, {"type", "1"}}))), "200");
  ASSERT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(mailbox_.list().size(), 1U);
}

TEST_F(RapiTenantTest, AnApiKeyCanBeGivenAndTakenAway) {
  EXPECT_EQ(json_of(call(from_here("PUT", "/v2/tenants/44", R"({"apiKey":"spareKey"})")))
                .at("tenant")["apiKey"],
            "spareKey");
  EXPECT_TRUE(json_of(call(from_here("PUT", "/v2/tenants/44", R"({"apiKey":null})")))
                  .at("tenant")["apiKey"]
                  .is_null());
  EXPECT_FALSE(tenants_->current()->find(44)->api_key.has_value());
}

TEST_F(RapiTenantTest, WhatAGetGaveCanBePut) {
  auto answer = json_of(call(from_here("GET", "/v2/tenants/42")));
  answer["tenant"]["webhook"] = "http://127.0.0.1:9/new";
  EXPECT_EQ(told(call(from_here("PUT", "/v2/tenants/42", json_text(answer)))), "200");
  EXPECT_EQ(told(call(from_here("PUT", "/v2/tenants/42", json_text(answer["tenant"])))), "200");
  EXPECT_EQ(tenants_->current()->find(42)->webhook, "http://127.0.0.1:9/new");
  auto mine = json_of(call(from_here("GET", "/v2/tenants/me")));
  EXPECT_EQ(told(call(from_here("PUT", "/v2/tenants/me", json_text(mine)))), "200");
}

TEST_F(RapiTenantTest, EachWrongChangeIsRefusedWithItsPlaceAndChangesNothing) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "400 bad_value body: body:1:1: not JSON"},
      {"webhook=http://127.0.0.1/", "400 bad_value body: body:1:1: not JSON"},
      {"[]", "400 bad_value body: the body must be a JSON object"},
      {"7", "400 bad_value body: the body must be a JSON object"},
      {R"({"tenant":7})", "400 bad_value body: the body must be a JSON object"},
      {R"({"webhook":"a","webhook":"b"})", "400 bad_value body: body:1:16: the member 'webhook'"},
      {R"({"webhook":7})", "422 bad_value member 'webhook': this must be a string, or null"},
      {R"({"webhook":"/roomle"})", "422 bad_value member 'webhook': "},
      {R"({"webhook":"ftp://127.0.0.1/"})", "422 bad_value member 'webhook': "},
      {R"({"webhook":"http://127.0.0.1/\n"})",
       "422 bad_value member 'webhook': there is a control"},
      {R"({"webhook":"http://127.0.0.1/)" + std::string(2048, 'x') + "\"}",
       "422 bad_value member 'webhook': the text has 2065 bytes; 2048 are the most"},
      {R"({"apiKey":true})", "422 bad_value member 'apiKey': this must be a string, or null"},
      {R"({"apiKey":"nobodys"})", "422 bad_value member 'apiKey': no credential of the tenants"},
      {R"({"apiKey":"otherKey"})", "422 bad_value member 'apiKey': another tenant has this apiKey"},
      {R"({"webhok":"http://127.0.0.1/"})",
       "422 bad_value member 'webhok': a tenant has no such member (did you mean 'webhook'?)"},
      {R"({"secret":"x"})", "422 bad_value member 'secret': a tenant has no such member"},
      {R"({"name":"new"})", "422 bad_value member 'name': only webhook and apiKey can be changed"},
      {R"({"id":43})", "422 bad_value member 'id': only webhook and apiKey"},
      {R"({"webhook":"http://127.0.0.1:9/","active":false})", "422 bad_value member 'active'"},
      {R"({"webhook":"http://127.0.0.1:9/","apiKey":"nobodys"})", "422 bad_value member 'apiKey'"},
      {std::string(20000, ' '), "413 too_large body: the body has 20000 bytes; 16384 are the most"},
      {std::string(16000, '['), "400 bad_value body: body:1:"},
      {"{\"webhook\":\"\xFF\"}", "400 bad_value body: "}};
  for (const auto& [body, expected] : cases) {
    EXPECT_THAT(told(call(from_here("PUT", "/v2/tenants/42", body))), StartsWith(expected))
        << body.substr(0, 80);
  }
  EXPECT_EQ(tenants_->current()->find(42)->webhook, endpoint_.url());
  EXPECT_EQ(tenants_->current()->find(42)->api_key, kApiKey);
}

}  // namespace
}  // namespace roomle_sim
