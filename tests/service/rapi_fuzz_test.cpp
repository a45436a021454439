// Whatever a client sends, the vendor's routes answer it: with an event, or with a problem in the
// one form. Never with 500, and never with something that is not JSON.
#include <array>
#include <random>
#include <set>

#include <gmock/gmock.h>

#include "base/json_text.h"
#include "base/random.h"
#include "tests/service/rapi_fixture.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

class Sender {
 public:
  explicit Sender(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_.between(0, count - 1); }

  std::string bytes() {
    std::string text(below(40), '\0');
    for (char& c : text) c = static_cast<char>(below(256));
    return text;
  }
  // A text that may be right, nearly right, or anything.
  std::string text(const std::vector<std::string>& good) {
    std::string one = good[below(good.size())];
    switch (below(6)) {
      case 0:
        return bytes();
      case 1:
        one.insert(below(one.size() + 1), 1, static_cast<char>(below(256)));
        return one;
      case 2:
        return one.substr(0, below(one.size() + 1));
      case 3:
        return one + std::string(below(9000), '[');
      default:
        return one;
    }
  }

 private:
  Random random_;
};

const std::vector<std::string> kJson{
    R"({"formats":[{"file_format":"glb","pack_external_data":true}]})",
    R"({"formats":[{"file_format":"obj"},{"file_format":"usdz"}]})",
    R"({"a":1,"b":"two","c":false,"d":1.5})",
    R"({"webhook":"http://127.0.0.1:9/"})",
    R"({"tenant":{"apiKey":null}})",
    "{\"a\":\"\\u0000\\ud800\"}",
    R"([1,[2,{"x":[]}]])"};

TEST_F(RapiTest, WhateverIsSentIsAnsweredInOneOfTheTwoForms) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Sender sender(seed);
  const std::vector<std::string> names{"email", "type", "message", "params", "settings", "", "x"};
  const std::vector<std::string> headers{"apiKey",       "token",  "currentTenant", "configurator",
                                         "Content-Type", "Origin", "language"};
  const std::vector<std::string> values{
      "a@b.example",
      "1",
      "12",
      "42",
      "43",
      "45",
      "me",
      kApiKey,
      "roomle_portal_v2",
      sdk_token(),
      "multipart/form-data",
      encrypted_token("2026-01-02T03:04:05.678Z;anonymous;" + std::string(kApiKey), kSecret,
                      TokenAlgorithm::aes_cbc)};
  const std::array<std::string, 8> paths{
      "/v2/configurations/{}/shares", "/v2/planSnapshots/{}/shares",
      "/api/v2/items/{}/shares",      "/v2/configurations/{}/3d-exports",
      "/v2/items/{}/3d-exports",      "/v2/tenants/{}",
      "/api/v2/tenants/me",           "/v2/tenants/42"};
  std::set<int> seen;
  for (int round = 0; round < 3000; ++round) {
    if (round % 1000 == 0) {
      RapiOptions options;
      options.auth = std::array{ApiAuth::off, ApiAuth::log, ApiAuth::strict}.at(
          static_cast<std::size_t>(round / 1000));
      start(std::move(options));
      // Nothing goes out: it is the answers that count here.
      for (const std::int64_t id : {42, 43, 44}) dispatcher_->pause(id);
    }
    std::string id = sender.text({"c:i:1", "ps_1", "42", "me"});
    std::erase(id, '/');
    std::string path = paths[sender.below(paths.size())];
    if (const auto at = path.find("{}"); at != std::string::npos) path.replace(at, 2, id);
    const bool tenant = path.find("tenants") != std::string::npos;
    ApiRequest one = request(tenant ? std::array{"GET", "PUT"}.at(sender.below(2)) : "POST", path);
    if (!tenant) {
      fill(one,
           {{"email", "a@b.example"}, {"type", sender.text({"1", "2", "3", "11", "12", "13"})}});
    }
    if (path.ends_with("3d-exports"))
      one.form.push_back({"settings", "", "", kJson[sender.below(2)]});
    one.body = sender.text(kJson);
    one.trusted = sender.below(2) == 0;
    for (std::size_t i = sender.below(3); i > 0; --i) {
      std::vector<std::string> good = sender.below(2) == 0 ? values : kJson;
      one.form.push_back({sender.text(names), "", "", sender.text(good)});
    }
    for (std::size_t i = sender.below(3); i > 0; --i) {
      set_header(one, headers[sender.below(headers.size())], sender.text(values));
    }
    const ApiResponse answer = call(one);
    seen.insert(answer.status);
    if (answer.status == 404 && answer.body.empty()) continue;  // no such route
    const auto json = json_from(answer.body);
    ASSERT_TRUE(json.is_object()) << answer.body;
    ASSERT_LT(answer.status, 500) << answer.body;
    if (answer.status != 200) {
      ASSERT_EQ(json.at("error").at("status"), answer.status);
      ASSERT_FALSE(json["error"].at("code").get<std::string>().empty());
      ASSERT_FALSE(json["error"].at("message").get<std::string>().empty());
    }
    for (const std::string secret : {kSecret, kOtherSecret}) {
      ASSERT_EQ(answer.body.find(secret), std::string::npos);
    }
  }
  // It went deep enough to be worth anything.
  for (const int status : {200, 400, 401, 404, 422}) EXPECT_TRUE(seen.contains(status)) << status;
}

}  // namespace
}  // namespace roomle_sim
