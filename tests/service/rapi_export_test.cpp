#include <gmock/gmock.h>

#include "base/json_text.h"
#include "tests/service/rapi_fixture.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using ::testing::StartsWith;

class RapiExportTest : public RapiTest {
 protected:
  static constexpr const char* kGlb =
      R"({"formats":[{"file_format":"glb","pack_external_data":true}]})";

  static ApiRequest start_export(const std::string& settings,
                                 const std::string& path = "/v2/configurations/c:i:1/3d-exports") {
    return share({{"email", "a@b.example"}, {"settings", settings}}, path);
  }
  static RapiOptions at_once() {
    RapiOptions options;
    options.export_time = Duration(0);
    return options;
  }
};

TEST_F(RapiExportTest, EndsWithItsEventAndTheLinkToTheAsset) {
  start(at_once());
  struct Case {
    std::string path, member;
  };
  std::size_t posts = 0;
  for (const Case& one :
       std::vector<Case>{{"/v2/configurations/c:i:1/3d-exports", "configurationId"},
                         {"/api/v2/planSnapshots/c:i:1/3d-exports", "configurationId"},
                         {"/v2/items/c:i:1/3d-exports", "itemId"}}) {
    ASSERT_EQ(told(call(start_export(kGlb, one.path))), "200");
    const auto bodies = endpoint_.wait_for(++posts);
    ASSERT_EQ(bodies.size(), posts);
    ordered_json expected;
    expected["success"] = true;
    expected["email"] = "a@b.example";
    expected[one.member] = "c:i:1";
    expected["url"] = "https://test.roomle.com/t/cp/?id=c:i:1&configuratorId=myConfigurator";
    expected["resultUrl"] = "https://uploads.roomle.com/exports/c:i:1.glb";
    expected["configuratorId"] = "myConfigurator";
    EXPECT_EQ(bodies.back()["event"], "email.3DExportAsset");
    EXPECT_EQ(json_text(bodies.back()["data"]), json_text(expected));
  }
}

TEST_F(RapiExportTest, EveryDocumentedFormatIsTaken) {
  start(at_once());
  for (const std::string format : {"abc", "dxf", "fbx", "blend", "dae", "x3d", "glTF", "glb", "ply",
                                   "stl", "usd", "usdz", "obj"}) {
    const auto answer = call(start_export(R"({"formats":[{"file_format":")" + format + "\"}]}"));
    ASSERT_EQ(told(answer), "200") << format;
    EXPECT_EQ(event_of(answer).data["resultUrl"],
              "https://uploads.roomle.com/exports/c:i:1." + format);
  }
}

TEST_F(RapiExportTest, WhatTheClientPassesOnBesideIsTaken) {
  start(at_once());
  const auto answer = call(start_export(
      R"({"formats":[{"file_format":"glb","pack_external_data":true,"quality":3},
                     {"file_format":"usdz"}], "light_preset":"default"})"));
  ASSERT_EQ(told(answer), "200");
  EXPECT_EQ(endpoint_.wait_for(1).at(0)["data"]["resultUrl"],
            "https://uploads.roomle.com/exports/c:i:1.glb");
}

TEST_F(RapiExportTest, AnIdStandsInTheLinkAsOneSegment) {
  RapiOptions options = at_once();
  options.result_url_base = "http://127.0.0.1:9/files";
  start(std::move(options));
  ASSERT_EQ(told(call(start_export(kGlb, "/v2/configurations/a%2F..?ü/3d-exports"))), "200");
  EXPECT_EQ(endpoint_.wait_for(1).at(0)["data"]["resultUrl"],
            "http://127.0.0.1:9/files/a%2F..%3F%C3%BC.glb");
}

TEST_F(RapiExportTest, IsAnsweredAtOnceAndBeginsNothingBeforeItsTime) {
  RapiOptions options;
  options.export_time = std::chrono::hours(1);
  start(std::move(options));
  const TimePoint before = clock_.now();
  const auto answer = call(start_export(kGlb));
  const TimePoint after = clock_.now();
  ASSERT_EQ(told(answer), "200");
  // A share that came later goes out: it did not wait behind the export.
  ASSERT_EQ(told(call(share({{"email", "a@b.example"}, {"type", "1"}}))), "200");
  EXPECT_EQ(endpoint_.wait_for(1).at(0)["event"], "email.shareConfiguration");

  const auto story = journal_->find(json_of(answer)["id"].get<std::string>()).value();
  ASSERT_TRUE(story.has_value());
  ASSERT_EQ(story->records.size(), 1U);
  const auto* accepted = std::get_if<record::Accepted>(&story->records.front().what);
  ASSERT_NE(accepted, nullptr);
  ASSERT_TRUE(accepted->not_before.has_value());
  EXPECT_GE(*accepted->not_before, before + std::chrono::hours(1));
  EXPECT_LE(*accepted->not_before, after + std::chrono::hours(1));
}

TEST_F(RapiExportTest, WhatWasAcceptedOutlivesTheProcessWithItsEnd) {
  const TemporaryFolder folder;
  std::string id;
  {
    const auto journal = SqliteJournal::open(folder.path()).value();
    Dispatcher dispatcher(*transport_, *journal, mailbox_, clock_);
    RapiOptions options;
    options.export_time = std::chrono::hours(1);
    Rapi rapi(*tenants_, dispatcher, clock_, options);
    router_ = Router();
    rapi.add_routes(router_);
    id = json_of(call(start_export(kGlb)))["id"].get<std::string>();
  }
  const auto journal = SqliteJournal::open(folder.path()).value();
  const auto open = journal->unfinished("", 10).value().deliveries;
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open.front().id, id);
  const auto data = open.front().event->parse().data;
  EXPECT_EQ(data["success"], true);
  EXPECT_EQ(data["resultUrl"], "https://uploads.roomle.com/exports/c:i:1.glb");
}

TEST_F(RapiExportTest, OneThatFailsSaysSoAndLinksToNoAsset) {
  RapiOptions options = at_once();
  options.export_failures = 1;
  start(std::move(options));
  ASSERT_EQ(told(call(start_export(kGlb))), "200");
  const auto data = endpoint_.wait_for(1).at(0)["data"];
  EXPECT_EQ(data["success"], false);
  EXPECT_FALSE(data.contains("resultUrl"));
}

TEST_F(RapiExportTest, TheSameSeedFailsTheSameExports) {
  const auto draws = [&](std::uint64_t seed) {
    RapiOptions options;
    options.export_time = std::chrono::hours(1);
    options.export_failures = 0.3;
    options.seed = seed;
    start(std::move(options));
    std::string text;
    for (int i = 0; i < 100; ++i) {
      text += event_of(call(start_export(kGlb))).data["success"].get<bool>() ? '.' : 'x';
    }
    return text;
  };
  const std::string first = draws(7);
  EXPECT_EQ(draws(7), first);
  EXPECT_NE(draws(8), first);
  const auto failed = std::count(first.begin(), first.end(), 'x');
  EXPECT_GT(failed, 10) << first;
  EXPECT_LT(failed, 55) << first;
}

TEST_F(RapiExportTest, EachWrongFormIsRefusedWithItsPlace) {
  const std::string place = "400 bad_value form field 'settings': settings:";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "400 bad_value form field 'settings'"},
      {"glb", place + "1:1: not JSON"},
      {"[]", place + "1:1: an array stands where settings (an object) is expected"},
      {"{}", place + "1:1: "},
      {R"({"format":[{"file_format":"glb"}]})",
       place + "1:2: there is no 'format' (did you mean 'formats'?)"},
      {R"({"formats":{}})", place + "1:12: there must be an array of at least one format"},
      {R"({"formats":[]})", place + "1:12: there must be an array of at least one format"},
      {R"({"formats":"glb"})", place + "1:12: there must be an array"},
      {R"({"formats":["glb"]})", place + "1:13: a string stands where a format (an object)"},
      {R"({"formats":[{}]})", place + "1:13: "},
      {R"({"formats":[{"file_format":7}]})", place + "1:28: "},
      {R"({"formats":[{"file_format":"gltf"}]})",
       place + "1:28: 'gltf' is not known here (did you mean 'glTF'?) (one of: abc, dxf, fbx"},
      {R"({"formats":[{"file_format":"usdzz"}]})",
       place + "1:28: 'usdzz' is not known here (did you mean 'usdz'?)"},
      {R"({"formats":[{"file_format":"glb"},{"file_format":"step"}]})",
       place + "1:50: 'step' is not known here"},
      {R"({"formats":[{"file_format":"glb","pack_external_data":"yes"}]})",
       place + "1:55: a string stands where true or false is expected"},
      {R"({"formats":[{"file_format":"glb","pack_external_date":true}]})",
       place + "1:34: there is no 'pack_external_date' (did you mean 'pack_external_data'?)"},
      {R"({"formats":[{"file_format":"a"},{"file_format":"b"}]})",
       place + "1:28: 'a' is not known here (one of: abc, dxf, fbx, blend, dae, x3d, glTF, glb, "
               "ply, stl, usd, usdz, obj); settings:1:48: 'b' is not"},
      {std::string(8193, ' '), "400 bad_value form field 'settings': the text has 8193 bytes"},
      {std::string(8000, '['), place + "1:"}};
  for (const auto& [settings, expected] : cases) {
    EXPECT_THAT(told(call(start_export(settings))), StartsWith(expected)) << settings.substr(0, 80);
  }
  EXPECT_THAT(told(call(share({{"email", "a@b"}}, "/v2/items/i/3d-exports"))),
              StartsWith("400 missing form field 'settings': the form has no field 'settings'"));
  EXPECT_THAT(told(call(share({{"settings", kGlb}}, "/v2/items/i/3d-exports"))),
              StartsWith("400 missing form field 'email'"));
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(RapiExportTest, CountsAgainstTheBoundOfOpenDeliveries) {
  DispatcherOptions limits;
  limits.open_limits.deliveries = 1;
  RapiOptions options;
  options.export_time = std::chrono::hours(1);
  start(std::move(options), limits);
  EXPECT_EQ(told(call(start_export(kGlb))), "200");
  EXPECT_THAT(told(call(start_export(kGlb))), StartsWith("429 too_many_open"));
}

TEST_F(RapiExportTest, OfAnInactiveTenantIsRefusedAtOnce) {
  ApiRequest request = start_export(kGlb);
  set_header(request, "currentTenant", "45");
  EXPECT_THAT(told(call(request)), StartsWith("409 tenant_inactive"));
}

}  // namespace
}  // namespace roomle_sim
