#include <gmock/gmock.h>

#include "base/json_text.h"
#include "fallback_mailer/mail_reader.h"
#include "tests/service/rapi_fixture.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using RapiShareTest = RapiTest;

TEST_F(RapiShareTest, EachTypeSendsItsEventForEachThing) {
  struct Case {
    std::string path, type, event, member;
  };
  const std::vector<Case> cases{
      {"/v2/configurations/a:b:1/shares", "1", "email.shareConfiguration", "configurationId"},
      {"/v2/configurations/a:b:1/shares", "2", "email.shareConfigurationAR", "configurationId"},
      {"/v2/configurations/a:b:1/shares", "3", "email.savedConfiguration", "configurationId"},
      {"/api/v2/configurations/a:b:1/shares", "1", "email.shareConfiguration", "configurationId"},
      {"/v2/items/a:b:1/shares", "1", "email.shareConfiguration", "itemId"},
      {"/v2/items/a:b:1/shares", "2", "email.shareConfigurationAR", "itemId"},
      {"/v2/items/a:b:1/shares", "3", "email.savedConfiguration", "itemId"},
      {"/v2/planSnapshots/a:b:1/shares", "11", "email.shareConfiguration", "configurationId"},
      {"/v2/planSnapshots/a:b:1/shares", "12", "email.shareConfigurationAR", "configurationId"},
      {"/v2/planSnapshots/a:b:1/shares", "13", "email.savedConfiguration", "configurationId"},
      {"/api/v2/planSnapshots/a:b:1/shares", "13", "email.savedConfiguration", "configurationId"}};
  std::size_t posts = 0;
  for (const Case& one : cases) {
    const auto answer = call(share({{"email", "a@b.example"}, {"type", one.type}}, one.path));
    ASSERT_EQ(told(answer), "200") << one.path << one.type;
    EXPECT_EQ(json_of(answer)["event"], one.event);
    const auto bodies = endpoint_.wait_for(++posts);
    ASSERT_EQ(bodies.size(), posts);
    ordered_json expected;
    expected["success"] = true;
    expected["email"] = "a@b.example";
    expected[one.member] = "a:b:1";
    expected["url"] = "https://test.roomle.com/t/cp/?id=a:b:1&configuratorId=myConfigurator";
    expected["configuratorId"] = "myConfigurator";
    EXPECT_EQ(bodies.back()["event"], one.event);
    EXPECT_EQ(json_text(bodies.back()["data"]), json_text(expected)) << one.path;
  }
}

TEST_F(RapiShareTest, TheAnswerHasTheIdOfTheDelivery) {
  const auto answer = json_of(call(share({{"email", "a@b.example"}, {"type", "1"}})));
  const auto story = journal_->find(answer.at("id").get<std::string>()).value();
  ASSERT_TRUE(story.has_value());
  EXPECT_EQ(story->summary.tenant_id, 42);
  EXPECT_EQ(story->summary.event, "email.shareConfiguration");
}

TEST_F(RapiShareTest, TheSameKeySendsOnceAndIsItsTenantsOwn) {
  const auto with_key = [](const std::string& tenant, const std::string& body) {
    ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}});
    set_header(request, "Idempotency-Key", "k-1");
    set_header(request, "currentTenant", tenant);
    request.body = body;  // a client writes another boundary each time
    return request;
  };
  const auto first = call(with_key("42", "--one"));
  const auto again = call(with_key("42", "--two"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_THAT(again.headers, testing::Contains(testing::Pair("Idempotency-Replayed", "true")));
  const auto others = call(with_key("43", "--three"));
  EXPECT_EQ(others.status, 200);
  EXPECT_NE(others.body, first.body);
  ApiRequest another = share({{"email", "b@b.example"}, {"type", "1"}});
  set_header(another, "Idempotency-Key", "k-1");
  EXPECT_THAT(told(call(another)), StartsWith("422 key_reused"));
}

TEST_F(RapiShareTest, TheHeadersLanguageIsThatOfTheMail) {
  struct Case {
    const char* header;
    const char* kept;
    const char* in_the_mail;
  };
  ApiRequest no_webhook = request("PUT", "/v2/tenants/42");
  no_webhook.trusted = true;
  no_webhook.body = R"({"webhook":null})";
  set_header(no_webhook, "Content-Type", "application/json");
  ASSERT_EQ(told(call(no_webhook)), "200");
  // The tenant's is German.
  for (const Case& one :
       {Case{"en", "en", "Kind regards,"}, Case{"de-AT", "de-AT", "Grüße"},
        Case{"fr", "fr", "Grüße"}, Case{"", "", "Grüße"}, Case{"<script>", "", "Grüße"}}) {
    ApiRequest saved = share({{"email", "a@b.example"}, {"type", "3"}});
    set_header(saved, "language", one.header);
    const auto answer = call(saved);
    ASSERT_EQ(told(answer), "200") << one.header;
    ASSERT_TRUE(dispatcher_->wait_until_idle());
    EXPECT_EQ(event_of(answer).language, one.kept);
    EXPECT_THAT(read_mail(mailbox_.list().back().bytes)->text, HasSubstr(one.in_the_mail));
  }
}

TEST_F(RapiShareTest, WithoutAConfiguratorTheEventNamesNone) {
  ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}});
  set_header(request, "configurator", "");
  ASSERT_EQ(told(call(request)), "200");
  const auto data = endpoint_.wait_for(1).at(0)["data"];
  EXPECT_FALSE(data.contains("configuratorId"));
  EXPECT_EQ(data["url"], "https://test.roomle.com/t/cp/?id=cat:item:25");
}

TEST_F(RapiShareTest, ParamsStandInTheLinkAsTheyWereWritten) {
  const std::string params = R"({"color": "dark red&blue", "n": 3, "price": 1.50, "ar": true})";
  const auto answer =
      call(share({{"email", "a@b.example"}, {"type", "1"}, {"params", params}, {"message", ""}}));
  ASSERT_EQ(told(answer), "200");
  EXPECT_EQ(endpoint_.wait_for(1).at(0)["data"]["url"],
            "https://test.roomle.com/t/cp/?id=cat:item:25&configuratorId=myConfigurator"
            "&color=dark%20red%26blue&n=3&price=1.50&ar=true");
}

TEST_F(RapiShareTest, TheBaseOfTheLinkIsASetting) {
  RapiOptions options;
  options.share_url_base = "http://127.0.0.1:3000/configure?lang=de";
  start(std::move(options));
  ASSERT_EQ(told(call(share({{"email", "a@b.example"}, {"type", "1"}}))), "200");
  EXPECT_EQ(endpoint_.wait_for(1).at(0)["data"]["url"],
            "http://127.0.0.1:3000/configure?lang=de&id=cat:item:25&configuratorId=myConfigurator");
}

TEST_F(RapiShareTest, TheMessageIsInTheMailAndNotInThePost) {
  KeepingEndpoint failing(503);
  start_with(registry(failing.url()));
  const auto answer = call(
      share({{"email", "a@b.example"}, {"type", "1"}, {"message", "Look at this,\nmy dear Zoë!"}}));
  ASSERT_EQ(told(answer), "200");
  ASSERT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(json_text(failing.wait_for(1).at(0)).find("dear"), std::string::npos);
  ASSERT_EQ(mailbox_.list().size(), 1U);
  const auto mail = read_mail(mailbox_.list().front().bytes).value();
  EXPECT_THAT(mail.text, HasSubstr("> Look at this,\n> my dear Zoë!"));
}

TEST_F(RapiShareTest, AnIdMayHoldASlashAndAnythingElseThatCanBeWritten) {
  const auto answer = call(
      share({{"email", "a@b.example"}, {"type", "1"}}, "/v2/configurations/c:i%2F1 ü?/shares"));
  ASSERT_EQ(told(answer), "200");
  const auto data = endpoint_.wait_for(1).at(0)["data"];
  EXPECT_EQ(data["configurationId"], "c:i/1 ü?");
  EXPECT_EQ(data["url"],
            "https://test.roomle.com/t/cp/?id=c:i%2F1%20%C3%BC%3F&configuratorId=myConfigurator");
}

TEST_F(RapiShareTest, FieldsThatAreNotDocumentedArePassedOver) {
  EXPECT_EQ(told(call(share({{"email", "a@b.example"}, {"type", "1"}, {"newsletter", "yes"}}))),
            "200");
}

TEST_F(RapiShareTest, AUrlencodedFormIsAForm) {
  ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}});
  set_header(request, "Content-Type", "Application/X-WWW-Form-Urlencoded;charset=UTF-8");
  EXPECT_EQ(told(call(request)), "200");
}

TEST_F(RapiShareTest, EachWrongFormIsRefusedWithItsPlace) {
  const std::string c = "/v2/configurations/c:i/shares";
  const std::string p = "/v2/planSnapshots/ps_1/shares";
  struct Case {
    Fields fields;
    std::string path, told;
  };
  const Fields good{{"email", "a@b.example"}, {"type", "1"}};
  const auto with = [&](const std::string& name, const std::string& value) {
    Fields fields = good;
    std::erase_if(fields, [&](const auto& one) { return one.first == name; });
    fields.emplace_back(name, value);
    return fields;
  };
  const std::vector<Case> cases{
      {{}, c, "400 no_form body: the body holds no form"},
      {{{"type", "1"}}, c, "400 missing form field 'email': the form has no field 'email'"},
      {{{"email", "a@b"}}, c, "400 missing form field 'type': the form has no field 'type'"},
      {with("email", ""), c, "400 missing form field 'email': this is empty"},
      {with("email", "nobody"), c, "400 bad_value form field 'email': this is no email address"},
      {with("email", "@b.example"), c, "400 bad_value form field 'email'"},
      {with("email", "a@"), c, "400 bad_value form field 'email'"},
      {with("email", "a b@c"), c, "400 bad_value form field 'email'"},
      {with("email", std::string(319, 'a') + "@b"), c,
       "400 bad_value form field 'email': the text has 321 bytes; 320 are the most"},
      {with("email", "a@b\r\nBcc: c@d"), c,
       "400 bad_value form field 'email': there is a control character"},
      {with("email", std::string("a@b\0", 4)), c, "400 bad_value form field 'email'"},
      {with("email", "a@b\xC2\x85"), c, "400 bad_value form field 'email': there is a control"},
      {with("email", "a@b\xFF"), c, "400 bad_value form field 'email': the text is no UTF-8"},
      {with("type", ""), c, "400 missing form field 'type'"},
      {with("type", "4"), c,
       "400 bad_value form field 'type': there is no type '4'; the types here are 1 (standard), 2 "
       "(AR) and 3 (save draft)"},
      {with("type", "01"), c, "400 bad_value form field 'type'"},
      {with("type", "1 "), c, "400 bad_value form field 'type'"},
      {with("type", "one"), c, "400 bad_value form field 'type'"},
      {with("type", "11111111111111111111"), c, "400 bad_value form field 'type': the text has 20"},
      {with("type", "12"), c,
       "400 bad_value form field 'type': 12 is a type of plan snapshots; the types here are 1"},
      {with("type", "13"), "/v2/items/i/shares",
       "400 bad_value form field 'type': 13 is a type of"},
      {good, p,
       "400 bad_value form field 'type': 1 is a type of configurations and items; the types here "
       "are 11 (standard)"},
      {with("message", std::string(4097, 'm')), c,
       "400 bad_value form field 'message': the text has 4097 bytes; 4096 are the most"},
      {with("message", "\xC3("), c, "400 bad_value form field 'message': the text is no UTF-8"},
      {with("message", "\x1B[2J"), c, "400 bad_value form field 'message': there is a control"},
      {with("params", "nothing"), c, "400 bad_value form field 'params': params:1:2: not JSON"},
      {with("params", "{\"a\": 1"), c, "400 bad_value form field 'params': params:1:8: not JSON"},
      {with("params", "[1]"), c, "400 bad_value form field 'params': params:1:1: an array"},
      {with("params", R"({"a": {"b": 1}})"), c,
       "400 bad_value form field 'params': params:1:7: an object cannot stand in a link"},
      {with("params", R"({"a": null, "b": []})"), c,
       "400 bad_value form field 'params': params:1:7: null cannot stand in a link (a string, a "
       "number, true or false); params:1:18: an array"},
      {with("params", R"({"a": 1, "a": 2})"), c,
       "400 bad_value form field 'params': params:1:10: the member 'a' stands here a second time"},
      {with("params", R"({"": 1})"), c,
       "400 bad_value form field 'params': params:1:2: a parameter"},
      {with("params", R"({"id": "x"})"), c,
       "400 bad_value form field 'params': params:1:2: the link"},
      {with("params", R"({"configuratorId": "x"})"), c, "400 bad_value form field 'params'"},
      {with("params", R"({"a": ")" + std::string(8192, 'x') + "\"}"), c,
       "400 bad_value form field 'params': the text has 8201 bytes; 8192 are the most"},
      {with("params", std::string(8000, '[')), c, "400 bad_value form field 'params': params:1:"},
      {{{"email", "a@b"}, {"email", "c@d"}, {"type", "1"}},
       c,
       "400 bad_value form field 'email': the form has this field more than once"},
      {{{"e-mail", "a@b"}, {"type", "1"}},
       c,
       "400 unknown_field form field 'e-mail': the route knows no such field (did you mean "
       "'email'"},
      {with("mesage", "hello"), c,
       "400 unknown_field form field 'mesage': the route knows no such field (did you mean "
       "'message'?)"}};
  for (const Case& one : cases)
    EXPECT_THAT(told(call(share(one.fields, one.path))), StartsWith(one.told));
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(RapiShareTest, ABodyOfAnotherTypeIsRefusedWithWhatWasExpected) {
  for (const std::string type :
       {"application/json; charset=UTF-8", "text/plain", "multipart/mixed"}) {
    ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}});
    set_header(request, "Content-Type", type);
    EXPECT_THAT(told(call(request)), StartsWith("415 no_form body: the body holds no form: this "
                                                "route takes multipart/form-data"));
  }
}

TEST_F(RapiShareTest, EachWrongIdOrHeaderIsRefusedWithItsPlace) {
  struct Case {
    std::string path, header, value, told;
  };
  const std::string c = "/v2/configurations/c:i/shares";
  const std::vector<Case> cases{
      {"/v2/configurations/" + std::string(513, 'x') + "/shares", "", "",
       "400 bad_value the id in the path: the text has 513 bytes; 512 are the most"},
      {"/v2/configurations/a\nb/shares", "", "", "400 bad_value the id in the path: there is a"},
      {"/v2/configurations/\xFF/shares", "", "",
       "400 bad_value the id in the path: the text is no"},
      {c, "configurator", std::string(513, 'x'), "400 bad_value header 'configurator'"},
      {c, "configurator", "a\x01", "400 bad_value header 'configurator'"},
      {c, "configurator", "a\xE9", "400 bad_value header 'configurator': the text is no UTF-8"},
      {c, "currentTenant", "",
       "400 missing header 'currentTenant': the request has no header 'currentTenant', and the "
       "tenants file has more than one tenant"},
      {c, "currentTenant", "7",
       "404 unknown_tenant header 'currentTenant': the tenants file has no"},
      {c, "currentTenant", "9",
       "404 unknown_tenant header 'currentTenant': the tenants file has no tenant '9' (the "
       "vendor's"},
      {c, "currentTenant", "42; drop", "404 unknown_tenant header 'currentTenant'"},
      {c, "currentTenant", "99999999999999999999", "404 unknown_tenant header 'currentTenant'"},
      {c, "currentTenant", "45", "409 tenant_inactive -: tenant 45 ('tenant-45') is inactive"}};
  for (const Case& one : cases) {
    ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}}, one.path);
    if (!one.header.empty()) set_header(request, one.header, one.value);
    EXPECT_THAT(told(call(request)), StartsWith(one.told)) << one.path.substr(0, 60);
  }
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(RapiShareTest, TheOnlyTenantNeedsNoHeader) {
  TenantRegistry one;
  one.add(*registry(endpoint_.url()).find(44));
  start_with(std::move(one));
  ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}});
  set_header(request, "currentTenant", "");
  const auto answer = call(request);
  ASSERT_EQ(told(answer), "200");
  EXPECT_EQ(json_of(answer)["tenant"], 44);
}

TEST_F(RapiShareTest, BeyondTheBoundOfOpenDeliveriesIs429) {
  DispatcherOptions limits;
  limits.open_limits.deliveries = 1;
  start({}, limits);
  dispatcher_->pause(42);
  const ApiRequest request = share({{"email", "a@b.example"}, {"type", "1"}});
  EXPECT_EQ(told(call(request)), "200");
  const auto refused = call(request);
  EXPECT_THAT(told(refused), StartsWith("429 too_many_open -: "));
  EXPECT_THAT(refused.headers, ::testing::Contains(::testing::Pair("Retry-After", "1")));
  dispatcher_->unpause(42);
  ASSERT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(told(call(request)), "200");
}

TEST_F(RapiShareTest, AnEventBeyondItsBoundIs413) {
  DispatcherOptions limits;
  limits.open_limits.event_bytes = 500;
  start({}, limits);
  const Fields fields{{"email", "a@b.example"}, {"type", "1"}, {"message", std::string(600, 'm')}};
  EXPECT_THAT(told(call(share(fields))), StartsWith("413 too_large"));
}

TEST_F(RapiShareTest, WhenTheServiceEndsItIs503) {
  dispatcher_->stop();
  EXPECT_THAT(told(call(share({{"email", "a@b.example"}, {"type", "1"}}))),
              StartsWith("503 unavailable"));
}

TEST_F(RapiShareTest, OtherMethodsAndPathsAreNotServed) {
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/v2/configurations/a/shares"},
                                                        {"POST", "/v2/configurations/a/share"},
                                                        {"POST", "/v2/catalogs/a/shares"},
                                                        {"POST", "/v1/configurations/a/shares"},
                                                        {"POST", "/v2/configurations//shares"},
                                                        {"DELETE", "/v2/tenants/42"}}) {
    EXPECT_EQ(call(request(method, path)).status, 404) << method << path;
  }
}

}  // namespace
}  // namespace roomle_sim
