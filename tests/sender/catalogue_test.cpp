#include "sender/catalogue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "sender/json_depth.h"
#include "sender/share_url.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// The example of the vendor's "Webhook documentation", without white space.
constexpr std::string_view kPublished =
    R"({"event":"email.savedConfiguration","data":{"success":true,"email":"targetEmail@gmail.com",)"
    R"("configurationId":"catalogId:itemId:2564B3D4E19A9C4605DAF5236F0ADFE80DA638F63A49D5D4C8260CB5FF48011C",)"
    R"("url":"https://test.roomle.com/t/cp/?id=catalogId:itemId:2564B3D4E19A9C4605DAF5236F0ADFE80DA638F63A49D5D4C8260CB5FF48011C&configuratorId=vizmotor",)"
    R"("configuratorId":"myConfigurator"}})";

TEST(Catalogue, HasTheFourDocumentedEventsInTheGroupThatFallsBackToEmail) {
  EXPECT_EQ(event_names(),
            (std::vector<std::string_view>{"email.savedConfiguration", "email.shareConfiguration",
                                           "email.shareConfigurationAR", "email.3DExportAsset"}));
  for (const EventType& type : event_types()) {
    EXPECT_EQ(type.group->name, "email forwarding");
    EXPECT_EQ(type.group->after_failure, AfterFailure::fallback_mail);
    EXPECT_FALSE(type.trigger.empty());
  }
}

TEST(Catalogue, MakesTheVendorsPublishedExampleByteForByte) {
  // The published url names another configurator than the published configuratorId does.
  const auto published = json_from(kPublished);
  const auto event = make_event("email.savedConfiguration", {{"url", published["data"]["url"]}});
  ASSERT_TRUE(event);
  EXPECT_EQ(event_body(*event), kPublished);
  EXPECT_TRUE(check_body(kPublished).empty());
}

TEST(Catalogue, EveryEventAsMadeIsRightByItsOwnCheck) {
  for (const std::string_view name : event_names()) {
    const auto event = make_event(name, ordered_json::object());
    ASSERT_TRUE(event) << name;
    EXPECT_EQ(check_body(event_body(*event)), std::vector<std::string>{}) << name;
  }
}

TEST(Catalogue, OverridesKeepTheVendorsOrder) {
  const auto event = make_event(
      "email.3DExportAsset", {{"resultUrl", "https://a.example/x.glb"}, {"email", "a@b.example"}});
  std::vector<std::string> names;
  for (const auto& [name, value] : event->data.items()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"success", "email", "configurationId", "url",
                                             "resultUrl", "configuratorId"}));
}

TEST(Catalogue, AnItemTakesThePlaceOfTheConfiguration) {
  const auto event = make_event("email.shareConfiguration", {{"itemId", "catalogId:chair"}});
  EXPECT_FALSE(event->data.contains("configurationId"));
  EXPECT_EQ(event->data["url"],
            "https://test.roomle.com/t/cp/?id=catalogId:chair&configuratorId=myConfigurator");
}

TEST(Catalogue, AFailedExportHasNoAsset) {
  const auto event = make_event("email.3DExportAsset", {{"success", false}});
  EXPECT_EQ(event->data["success"], false);
  EXPECT_FALSE(event->data.contains("resultUrl"));
  EXPECT_TRUE(check_body(event_body(*event)).empty());
}

TEST(Catalogue, ANullRemovesAMember) {
  const auto event = make_event("email.savedConfiguration", {{"email", nullptr}});
  EXPECT_FALSE(event->data.contains("email"));
  EXPECT_EQ(check_body(event_body(*event)), std::vector<std::string>{"data.email is missing"});
}

TEST(Catalogue, UnknownEventsAndMembersGetADidYouMean) {
  const auto event = make_event("email.saveConfiguration", ordered_json::object());
  ASSERT_FALSE(event);
  EXPECT_NE(event.error().message.find("did you mean 'email.savedConfiguration'?"),
            std::string::npos);
  const auto member = make_event("email.savedConfiguration", {{"emial", "x@y.example"}});
  ASSERT_FALSE(member);
  EXPECT_NE(member.error().message.find("did you mean 'email'?"), std::string::npos);
  EXPECT_FALSE(make_event("email.savedConfiguration", {{"success", "yes"}}));
  EXPECT_FALSE(make_event("email.savedConfiguration", ordered_json::array()));
}

TEST(Catalogue, BytesThatAreNotUtf8DoNotBreakTheBody) {
  const auto event = make_event("email.savedConfiguration", {{"email", "\xFF\xFE@b.example"}});
  EXPECT_TRUE(ordered_json::accept(event_body(*event)));
}

TEST(Catalogue, TellsWhatIsWrongWithABody) {
  const auto first = [](std::string_view body) {
    const std::vector<std::string> problems = check_body(body);
    return problems.empty() ? std::string("nothing") : problems.front();
  };
  EXPECT_EQ(first("{"), "the body is not JSON");
  EXPECT_EQ(first("[]"), "the body is not a JSON object");
  EXPECT_EQ(first(R"({"event":"email.savedConfiguration"})"), "the body has no object `data`");
  EXPECT_EQ(first(R"({"event":"x","data":{}})"), "there is no event 'x'");
  EXPECT_EQ(first(R"({"event":1,"data":{}})"), "there is no event ''");
  const auto problem = [&](const ordered_json& change) {
    auto body = json_from(kPublished);
    body["data"].update(change);
    return first(json_text(body));
  };
  EXPECT_EQ(problem({{"url", "ftp://x"}}), "data.url is no http(s) URL: 'ftp://x'");
  EXPECT_EQ(problem({{"email", "nobody"}}), "data.email is no email address: 'nobody'");
  EXPECT_EQ(problem({{"success", 1}}), "data.success must be true or false");
  EXPECT_EQ(problem({{"configurationId", ""}}), "data.configurationId is empty");
  EXPECT_EQ(problem({{"urls", ""}}), "data.urls is not in the catalogue (did you mean 'url'?)");
}

TEST(Catalogue, ABodyNestedTooDeepIsRefusedBeforeItIsParsed) {
  const std::string deep(500'000, '[');
  const std::vector<std::string> refused{"the body is nested more than 200 deep"};
  EXPECT_EQ(check_body(deep), refused);
  EXPECT_EQ(check_body(R"({"event":"x","data":)" + deep + std::string(500'000, ']') + "}"),
            refused);
}

TEST(JsonDepth, CountsWhatIsOpenAndNotWhatStandsInStrings) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_FALSE(nested_deeper_than(nested(200), 200));
  EXPECT_TRUE(nested_deeper_than(nested(201), 200));
  EXPECT_FALSE(nested_deeper_than("[{},{},[],[]]", 2));
  EXPECT_TRUE(nested_deeper_than(R"([{"a":[]}])", 2));
  EXPECT_FALSE(nested_deeper_than(R"(["[[[[", "\"[[[[", "\\"])", 1));
  EXPECT_TRUE(nested_deeper_than(R"(["\\",[]])", 1));
  EXPECT_FALSE(nested_deeper_than("]]]]", 0));
  EXPECT_FALSE(nested_deeper_than("\"\\", 0));
}

TEST(ShareUrl, EscapesWhatWouldChangeItsMeaning) {
  EXPECT_EQ(share_url("https://r.example/cp/", "a:b:C0", "conf"),
            "https://r.example/cp/?id=a:b:C0&configuratorId=conf");
  EXPECT_EQ(share_url("https://r.example/cp/", "a&id=2#x", ""),
            "https://r.example/cp/?id=a%26id%3D2%23x");
  EXPECT_EQ(share_url("https://r.example/cp/?v=1", "a", "b", {{"käse", "a b+c/ü"}}),
            "https://r.example/cp/?v=1&id=a&configuratorId=b&k%C3%A4se=a%20b%2Bc%2F%C3%BC");
}

}  // namespace
}  // namespace roomle_sim
