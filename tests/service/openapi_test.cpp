// The description by itself, and its routes against those of the service.
#include "service/openapi.h"

#include <gmock/gmock.h>

#include "base/json_text.h"
#include "tests/service/inspector_world.h"
#include "tests/support/json_schema.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using test::SchemaCheck;
using testing::IsEmpty;
using testing::Not;

const ordered_json& document() {
  static const ordered_json kDocument = json_from(openapi_text());
  return kDocument;
}

// Calls with the path, the method and the operation of each.
void for_each_operation(const auto& call) {
  for (const auto& [path, item] : document().at("paths").items()) {
    for (const char* method : {"get", "post", "put", "delete", "patch"}) {
      if (item.contains(method)) call(path, std::string(method), item[method], item);
    }
  }
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

TEST(OpenApi, IsServedAsItStands) {
  test::World world;
  EXPECT_EQ(world.json(200, "GET", "/sim/v1/openapi.json"), document());
  EXPECT_EQ(document().at("openapi"), "3.1.0");
}

// The fixtures of the other tests hold every answer that they get against it.
TEST(OpenApiPromises, NoticeAnAnswerThatIsNotPromised) {
  const auto broken = [](const char* method, const char* target, int status, const char* body) {
    return test::OpenApiPromises::get().broken(method, target, status, body).size();
  };
  EXPECT_EQ(broken("GET", "/sim/v1/deliveries?limit=1", 200, R"({"deliveries":[]})"), 0U);
  EXPECT_EQ(broken("GET", "/sim/v1/deliveries", 418, "{}"), 1U);
  EXPECT_EQ(broken("GET", "/sim/v1/deliveries", 200, "{}"), 1U);
  EXPECT_EQ(broken("GET", "/sim/v1/deliveries", 200, "<p>"), 1U);
  EXPECT_EQ(broken("POST", "/api/v2/items/a:b/shares", 418, "{}"), 1U);
  EXPECT_EQ(broken("POST", "/sim/v1/deliveries/resend", 404, "{}"), 1U);  // no delivery's id
  EXPECT_EQ(broken("GET", "/nowhere", 418, "{}"), 0U);
}

TEST(OpenApi, HasTheRoutesOfTheServiceAndNoOthers) {
  const test::World world;
  std::set<std::string> routes;
  for (const Route& one : world.router().routes()) routes.insert(one.method + " " + one.pattern);
  std::set<std::string> described;
  for_each_operation([&](const std::string& path, const std::string& method, const ordered_json&,
                         const ordered_json& item) {
    for (const auto& server : item.value("servers", document().at("servers"))) {
      const std::string url = server.at("url");
      described.insert(upper(method) + " " + (url == "/" ? "" : url) + path);
    }
  });
  EXPECT_EQ(described, routes);
}

TEST(OpenApi, EachOperationIsNamedOnceAndDescribed) {
  std::set<std::string> ids;
  const SchemaCheck check(document());
  for_each_operation([&](const std::string& path, const std::string& method,
                         const ordered_json& operation, const ordered_json&) {
    const std::string what = method + " " + path;
    EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << what;
    EXPECT_NE(operation.value("summary", ""), "") << what;
    bool has_id = false;
    for (const auto& reference : operation.value("parameters", ordered_json::array())) {
      const ordered_json& parameter = check.resolve(reference);
      EXPECT_NE(parameter.value("description", ""), "") << what;
      const bool in_path = parameter.at("in") == "path";
      has_id = has_id || (in_path && parameter.at("name") == "id");
      EXPECT_EQ(parameter.at("required"), in_path) << what;
    }
    EXPECT_EQ(has_id, path.find("{id}") != std::string::npos) << what;
    for (const auto& [status, response] : operation.at("responses").items()) {
      EXPECT_NE(check.resolve(response).value("description", ""), "") << what << " " << status;
    }
  });
}

TEST(OpenApi, ItsSchemasUseWhatIsCheckedAndDescribeEverything) {
  const SchemaCheck check(document());
  for (const auto& [name, schema] : document().at("components").at("schemas").items()) {
    EXPECT_THAT(check.problems_of_schema(schema, name), IsEmpty());
  }
  for_each_operation([&](const std::string& path, const std::string& method,
                         const ordered_json& operation, const ordered_json&) {
    if (!operation.contains("requestBody")) return;
    for (const auto& [type, content] : operation["requestBody"].at("content").items()) {
      EXPECT_THAT(check.problems_of_schema(content.at("schema"), method + " " + path + " " + type),
                  IsEmpty());
    }
  });
}

// So that the check itself can fail.
TEST(SchemaCheck, FindsEachKindOfDifference) {
  const ordered_json root{{"defs", {{"word", {{"type", "string"}}}}}};
  const SchemaCheck check(root);
  const auto wrong = [&](const char* schema, const char* value) {
    return check.problems(json_from(schema), json_from(value)).size();
  };
  EXPECT_EQ(wrong(R"({"type":"integer"})", "7"), 0U);
  EXPECT_EQ(wrong(R"({"type":"integer"})", "7.5"), 1U);
  EXPECT_EQ(wrong(R"({"type":["string","null"]})", "null"), 0U);
  EXPECT_EQ(wrong(R"({"type":["string","null"]})", "true"), 1U);
  EXPECT_EQ(wrong(R"({"required":["a"]})", "{}"), 1U);
  EXPECT_EQ(wrong(R"({"properties":{"a":{"type":"string"}}})", R"({"a":1})"), 1U);
  EXPECT_EQ(wrong(R"({"additionalProperties":false})", R"({"a":1})"), 1U);
  EXPECT_EQ(wrong(R"({"additionalProperties":{"type":"string"}})", R"({"a":1,"b":""})"), 1U);
  EXPECT_EQ(wrong(R"({"items":{"type":"string"}})", R"(["a",1,2])"), 2U);
  EXPECT_EQ(wrong(R"({"enum":["a","b"]})", R"("c")"), 1U);
  EXPECT_EQ(wrong(R"({"const":1})", "2"), 1U);
  EXPECT_EQ(wrong(R"({"minimum":1,"maximum":3})", "4"), 1U);
  EXPECT_EQ(wrong(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})", "true"), 1U);
  EXPECT_EQ(wrong(R"({"oneOf":[{"type":"number"},{"type":"integer"}]})", "1"), 1U);
  EXPECT_EQ(wrong(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})", "1"), 0U);
  EXPECT_EQ(wrong(R"({"contains":"a"})", R"(["a"])"), 1U);
  EXPECT_EQ(wrong(R"({"$ref":"#/defs/word"})", "1"), 1U);
  EXPECT_EQ(wrong(R"({"type":"string","format":"date-time"})", R"("now")"), 0U);
  EXPECT_THAT(check.problems_of_schema({{"type", "string"}}, "x"), Not(IsEmpty()));
  EXPECT_THAT(check.problems_of_schema({{"$ref", "#/defs/none"}}, "x"), Not(IsEmpty()));
}

}  // namespace
}  // namespace roomle_sim
