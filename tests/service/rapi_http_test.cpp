// The vendor's routes over HTTP, byte for byte as its published client (@roomle/web-sdk 2.80.0)
// calls them from a browser's page.
#include <gmock/gmock.h>

#include "tests/service/http_fixture.h"
#include "tests/service/rapi_fixture.h"

namespace roomle_sim {
namespace {

using test::ask;
using test::HeaderLines;

using test::request_text;
using test::status_of;
using ::testing::HasSubstr;
using ::testing::Not;

class RapiHttpTest : public RapiTest {
 protected:
  void SetUp() override { serve(); }
  void TearDown() override { server_.reset(); }
  void serve(RapiOptions options = {}, HttpServerOptions http = {}) {
    server_.reset();
    start(std::move(options));
    server_ = test::start_server(router_, std::move(http));
  }
  // Of the page that has a configurator in it.
  static HeaderLines page(HeaderLines more = {}) {
    HeaderLines lines{{"Origin", "https://shop.example"},
                      {"apikey", "roomle_portal_v2"},
                      {"configurator", "vizmotor"},
                      {"currenttenant", "42"},
                      {"device", "1"},
                      {"language", "de"},
                      {"locale", "de"},
                      {"platform", "web"},
                      {"token", sdk_token()}};
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  }
  static std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string body;
    for (const auto& [name, value] : fields) {
      body += fmt::format(
          "------WebKitFormBoundaryA1\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
          name, value);
    }
    return body + "------WebKitFormBoundaryA1--\r\n";
  }
  static const std::pair<std::string, std::string>& multipart() {
    static const std::pair<std::string, std::string> kLine{
        "Content-Type", "multipart/form-data; boundary=----WebKitFormBoundaryA1"};
    return kLine;
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(RapiHttpTest, ThePreflightOfTheClientIsGranted) {
  const std::string answer = ask(
      *server_,
      request_text("OPTIONS", "/v2/configurations/catalogId:itemId:2564B3/shares",
                   {{"Origin", "https://shop.example"},
                    {"Access-Control-Request-Method", "POST"},
                    {"Access-Control-Request-Headers",
                     "apikey,configurator,currenttenant,device,language,locale,platform,token"}}));
  EXPECT_EQ(status_of(answer) / 100, 2) << answer;
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin:"));
  EXPECT_THAT(answer, HasSubstr("currenttenant"));
}

TEST_F(RapiHttpTest, AShareOfTheClientBecomesAnEvent) {
  const std::string body = form({{"email", "a@b.example"}, {"type", "3"}});
  const std::string answer =
      ask(*server_, request_text("POST", "/v2/configurations/catalogId:itemId:2564B3/shares",
                                 page({multipart()}), body));
  ASSERT_EQ(status_of(answer), 200) << answer;
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin:"));
  const auto event = endpoint_.wait_for(1).at(0);
  EXPECT_EQ(event["event"], "email.savedConfiguration");
  EXPECT_EQ(event["data"]["configurationId"], "catalogId:itemId:2564B3");
  EXPECT_EQ(event["data"]["url"],
            "https://test.roomle.com/t/cp/?id=catalogId:itemId:2564B3&configuratorId=vizmotor");
}

TEST_F(RapiHttpTest, AnExportOfTheClientBecomesAnEvent) {
  RapiOptions options;
  options.export_time = Duration(0);
  serve(std::move(options));
  const std::string settings = R"({"formats":[{"file_format":"glb","pack_external_data":true}]})";
  const std::string answer =
      ask(*server_, request_text("POST", "/v2/planSnapshots/ps_1a/3d-exports", page({multipart()}),
                                 form({{"email", "a@b.example"}, {"settings", settings}})));
  ASSERT_EQ(status_of(answer), 200) << answer;
  const auto event = endpoint_.wait_for(1).at(0);
  EXPECT_EQ(event["event"], "email.3DExportAsset");
  EXPECT_EQ(event["data"]["configurationId"], "ps_1a");
}

TEST_F(RapiHttpTest, AUrlencodedShareBecomesAnEvent) {
  const std::string answer =
      ask(*server_, request_text("POST", "/api/v2/items/a%3Ab/shares",
                                 page({{"Content-Type", "application/x-www-form-urlencoded"}}),
                                 "email=a%40b.example&type=1&message=two+words"));
  ASSERT_EQ(status_of(answer), 200) << answer;
  EXPECT_EQ(endpoint_.wait_for(1).at(0)["data"]["itemId"], "a:b");
}

TEST_F(RapiHttpTest, APageReadsWhatIsWrongToo) {
  const std::string answer =
      ask(*server_, request_text("POST", "/v2/items/a/shares", page({multipart()}),
                                 form({{"email", "a@b.example"}, {"type", "9"}})));
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin:"));
  EXPECT_THAT(answer, HasSubstr("form field 'type'"));
}

TEST_F(RapiHttpTest, OnlyWhoIsNoPageSeesAndChangesATenantsWebhook) {
  const std::string change = R"({"webhook":"http://127.0.0.1:9/new"})";
  const HeaderLines right{
      {"apiKey", kApiKey},
      {"token", encrypted_token("2026-01-02T03:04:05.678Z;anonymous;" + std::string(kApiKey),
                                kSecret, TokenAlgorithm::aes_cbc)}};
  const auto with = [&](HeaderLines lines) {
    lines.insert(lines.end(), right.begin(), right.end());
    return lines;
  };
  // A page of another origin, one without an origin, and one whose own name was turned to here.
  for (const HeaderLines& lines :
       {page(), HeaderLines{{"Origin", "null"}}, HeaderLines{{"Host", "evil.example:8787"}},
        with({{"Origin", "https://shop.example"}}),
        with({{"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}})}) {
    const std::string shown = ask(*server_, request_text("GET", "/v2/tenants/42", lines));
    EXPECT_THAT(shown, Not(HasSubstr("webhook")));
    EXPECT_THAT(shown, Not(HasSubstr(kApiKey)));
    const int refused =
        status_of(ask(*server_, request_text("PUT", "/v2/tenants/42", lines, change)));
    EXPECT_EQ(refused, 403);
  }
  EXPECT_EQ(tenants_->current()->find(42)->webhook, endpoint_.url());

  EXPECT_THAT(ask(*server_, request_text("GET", "/v2/tenants/42")),
              HasSubstr("\"apiKey\":\"aValid"));
  EXPECT_EQ(status_of(ask(*server_, request_text("PUT", "/v2/tenants/42", {}, change))), 200);
  EXPECT_EQ(tenants_->current()->find(42)->webhook, "http://127.0.0.1:9/new");
}

TEST_F(RapiHttpTest, WhereThereIsAnAccessTokenItAloneGivesManagementRights) {
  HttpServerOptions http;
  http.access_token = Secret(test::kAccessToken);
  serve({}, std::move(http));
  const HeaderLines secret{
      {"apiKey", kApiKey},
      {"token", encrypted_token("2026-01-02T03:04:05.678Z;anonymous;" + std::string(kApiKey),
                                kSecret, TokenAlgorithm::aes_ecb)}};
  for (const HeaderLines& lines : {HeaderLines{}, secret}) {
    const std::string hidden = ask(*server_, request_text("GET", "/v2/tenants/42", lines));
    EXPECT_EQ(status_of(hidden), 200);
    EXPECT_THAT(hidden, Not(HasSubstr("webhook")));
    EXPECT_EQ(status_of(ask(*server_, request_text("PUT", "/v2/tenants/42", lines, "{}"))), 403);
  }
  const HeaderLines access{{"Authorization", std::string("Bearer ") + test::kAccessToken}};
  EXPECT_THAT(ask(*server_, request_text("GET", "/v2/tenants/42", access)), HasSubstr("webhook"));
  EXPECT_EQ(status_of(ask(*server_, request_text("PUT", "/v2/tenants/42", access, "{}"))), 200);
}

}  // namespace
}  // namespace roomle_sim
