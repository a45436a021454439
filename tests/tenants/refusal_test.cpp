// What a tenants file is refused for, each mistake at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenants/registry.h"
#include "tests/tenants/read_text.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using testing::Not;

SecretSources no_sources() {
  SecretSources sources;
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  sources.file = [](const std::string& path) -> Result<std::string> {
    if (path == "empty") return std::string("\n");
    return Error{ErrorCode::bad_input, path + ": there is no such file"};
  };
  return sources;
}

// All mistakes as "line:column message", a line each.
std::string mistakes(const std::string& text) {
  Diagnostics diagnostics;
  if (const auto node = parse_json(text_source(text), diagnostics)) {
    ObjectReader reader(*node, diagnostics, "a tenants file");
    read_tenants(reader, diagnostics, no_sources());
    reader.finish();
  }
  std::string all;
  for (const Diagnostic& one : diagnostics.all()) {
    all += (all.empty() ? "" : "\n") + describe(one.where).substr(7) + " " + one.message;
  }
  return all;
}

// A tenant's members from line 2 on, and a credential "k" of sixteen bytes.
std::string tenant(const std::string& members) {
  return mistakes("{\"tenants\": [{\n" + members +
                  "}], \"credentials\": [{\"apiKey\": \"k\", \"secret\": \"0123456789abcdef\"}]}");
}

// A credential's members from line 2 on, and a tenant that uses it.
std::string credential(const std::string& members) {
  return mistakes(
      "{\"tenants\": [{\"id\": 1, \"name\": \"acme\", \"apiKey\": \"k\"}], "
      "\"credentials\": [{\n" +
      members + "}]}");
}

TEST(TenantsFile, IsRefusedForTwoTenantsWithOneIdOrName) {
  EXPECT_EQ(mistakes("{\"tenants\": [{\"id\": 42, \"name\": \"a\"},\n"
                     "{\"id\": 42, \"name\": \"b\"}]}"),
            "2:8 two tenants have the id '42'");
  EXPECT_EQ(mistakes("{\"tenants\": [{\"id\": 42, \"name\": \"a\"},\n"
                     "{\"id\": 43, \"name\": \"a\"}]}"),
            "2:20 two tenants have the name 'a'");
  EXPECT_EQ(mistakes("{\"tenants\": [{\"id\": 42, \"name\": \"tenant-43\"},\n{\"id\": 43}]}"),
            "2:1 two tenants have the name 'tenant-43'");
}

TEST(TenantsFile, IsRefusedForAnApiKeyWithNoCredential) {
  EXPECT_EQ(tenant(R"("id": 1, "apiKey": "kk")"), "2:20 no credential has the apiKey 'kk'");
  EXPECT_EQ(
      mistakes("{\"credentials\": [{\"apiKey\": \"acme\", \"secret\": \"0123456789abcdef\"}],\n"
               "\"tenants\": [{\"id\": 1, \"apiKey\": \"amce\"}]}"),
      "2:33 no credential has the apiKey 'amce' (did you mean 'acme'?)");
}

TEST(TenantsFile, IsRefusedForTwoCredentialsWithOneApiKey) {
  EXPECT_EQ(mistakes("{\"credentials\": [{\"apiKey\": \"k\", \"secret\": \"0123456789abcdef\"},\n"
                     "{\"apiKey\": \"k\", \"secret\": \"0123456789abcdef\"}]}"),
            "2:12 two credentials have the apiKey 'k'");
}

TEST(TenantsFile, IsRefusedForAWebhookThatNothingCanBePostedTo) {
  const auto webhook = [](const std::string& url) {
    return tenant("\"id\": 1, \"webhook\": \"" + url + "\"");
  };
  const std::string at = "2:21 webhook: not a URL to post to: ";
  EXPECT_THAT(webhook("/roomle"), HasSubstr(at + "it is not absolute"));
  EXPECT_THAT(webhook(""), HasSubstr(at + "it is empty"));
  EXPECT_THAT(webhook("ftp://a.example/"), HasSubstr(at + "it is neither http nor https"));
  EXPECT_THAT(webhook("http://u:p@a.example/"), HasSubstr(at + "it holds user info"));
  EXPECT_THAT(webhook("http://a.example/#x"), HasSubstr(at + "it holds a fragment"));
  EXPECT_THAT(webhook("http://a.example:0/"), HasSubstr(at + "its port"));
  EXPECT_EQ(tenant(R"("id": 1, "webhook": 5)"), "2:21 a number stands where a string is expected");
}

TEST(TenantsFile, IsRefusedForASecretWhoseLengthTheCipherCannotTake) {
  EXPECT_EQ(credential(R"("apiKey": "k", "secret": "tooShort")"),
            "2:26 the secret is 8 bytes long, but the cipher takes a key of 16, 24 or 32 bytes "
            "(tenant 'acme', apiKey 'k')");
  EXPECT_EQ(mistakes("{\"tenants\": [{\"id\": 1}],\n\"defaultCredential\": {\"secret\": \"x\"}}"),
            "2:33 the secret is 1 bytes long, but the cipher takes a key of 16, 24 or 32 bytes "
            "(tenant 'tenant-1', apiKey 'roomle_default')");
  // No secret in the file to point at.
  EXPECT_THAT(mistakes("{\"tenants\": [\n{\"id\": 1, \"simulator\": {\"token\": {\"key\": "
                       "\"hex\"}}}]}"),
              HasSubstr("2:1 the secret is not hex"));
}

TEST(TenantsFile, TakesAnyLengthOfASecretThatTheTokenSettingsMakeAKeyOf) {
  const std::string file = R"(, "credentials": [{"apiKey": "k", "secret": "tooShort"}]})";
  const std::string head = R"({"tenants": [{"id": 1, "apiKey": "k", "simulator": {"token": )";
  EXPECT_EQ(mistakes(head + R"({"key": "sha256"}}}])" + file), "");
  EXPECT_EQ(mistakes(head + R"({"key": "md5"}}}])" + file), "");
  EXPECT_EQ(mistakes(head + R"({"algorithm": "03"}}}])" + file), "");
  // A secret that no tenant uses is not judged.
  EXPECT_EQ(mistakes(R"({"tenants": [{"id": 1}])" + file), "");
}

TEST(TenantsFile, IsRefusedForASecretThatIsNotThere) {
  const auto secret = [](const std::string& text) {
    return credential("\"apiKey\": \"k\", \"secret\": " + text);
  };
  EXPECT_EQ(secret(R"({"env": "NO_SUCH"})"), "2:34 the environment variable 'NO_SUCH' is not set");
  EXPECT_EQ(secret(R"({"file": "no-such"})"),
            "2:35 the secret cannot be read: no-such: there is no such file");
  EXPECT_EQ(secret(R"({"env": "EMPTY"})"), "2:26 the secret is empty");
  EXPECT_EQ(secret(R"({"file": "empty"})"), "2:26 the secret is empty");
  EXPECT_EQ(secret(R"("")"), "2:26 the secret is empty");
  EXPECT_EQ(secret("{}"), "2:26 a secret needs either 'env' or 'file'");
  EXPECT_EQ(secret(R"({"env": "A", "file": "b"})"), "2:26 a secret needs either 'env' or 'file'");
  EXPECT_EQ(secret("12345"), "2:26 a number is no secret");
  EXPECT_EQ(secret("null"), "2:26 null is no secret");
  EXPECT_EQ(secret(R"({"evn": "A"})"),
            "2:27 a secret has no member 'evn' (did you mean 'env'?)\n"
            "2:26 a secret needs either 'env' or 'file'");
}

TEST(TenantsFile, IsRefusedForAnApiKeyThatWouldBreakTheToken) {
  EXPECT_EQ(tenant(R"("id": 1, "apiKey": "a;b")"),
            "2:20 the apiKey holds ';', which parts the token's plaintext");
  EXPECT_EQ(tenant(R"("id": 1, "apiKey": "a\nb")"), "2:20 the apiKey holds a control character");
  EXPECT_EQ(tenant(R"("id": 1, "apiKey": "kø")"),
            "2:20 the apiKey holds a character that is not ASCII");
  EXPECT_EQ(tenant(R"("id": 1, "apiKey": "")"), "2:20 the apiKey is empty");
}

TEST(TenantsFile, IsRefusedForMembersThatMakeNoSense) {
  EXPECT_EQ(tenant(R"("name": "a")"), "1:14 a tenant needs the member 'id'");
  EXPECT_EQ(tenant(R"("id": "1")"), "2:7 a string stands where a whole number is expected");
  EXPECT_EQ(tenant(R"("id": 0)"), "2:7 0 is out of range");
  EXPECT_EQ(tenant(R"("id": 1, "name": "")"), "2:18 the name is empty");
  EXPECT_EQ(tenant(R"("id": 1, "label": "a\r\nBcc: x")"),
            "2:19 the label holds a control character");
  EXPECT_EQ(tenant(R"("id": 1, "active": "yes")"),
            "2:20 a string stands where true or false is expected");
  EXPECT_EQ(tenant(R"("id": 1, "defaultLanguage": "de;q")"), "2:29 not a language");
  EXPECT_EQ(tenant(R"("id": 1, "privacyUrl": "javascript:x")"),
            "2:24 privacyUrl is not an absolute http(s) URL");
  EXPECT_EQ(tenant(R"("id": 1, "simulator": {"timeout": "0s"})"),
            "2:35 a timeout is from 1ms to 24h");
  EXPECT_EQ(tenant(R"("id": 1, "simulator": {"timeout": 10})"),
            "2:35 a bare number is no duration: its unit is missing");
  EXPECT_EQ(tenant(R"("id": 1, "simulator": {"retrys": 3})"),
            "2:24 simulator has no member 'retrys' (did you mean 'retry'?)");
  EXPECT_EQ(tenant(R"("id": 1, "webhok": "x")"),
            "2:10 a tenant has no member 'webhok' (did you mean 'webhook'?)");
}

TEST(TenantsFile, IsRefusedForOtherShapes) {
  EXPECT_EQ(mistakes(R"({"tenants": {}})"),
            "1:13 an object stands where an array of tenants is expected");
  EXPECT_EQ(mistakes(R"({"tenants": [42]})"),
            "1:14 a number stands where a tenant (an object) is expected");
  EXPECT_EQ(mistakes(R"({"credentials": [{}]})"),
            "1:18 a credential needs the member 'apiKey'\n"
            "1:18 a credential needs the member 'secret'");
  EXPECT_EQ(mistakes(R"({"defaultCredential": {"apiKey": "x"}})"),
            "1:23 defaultCredential needs the member 'secret'");
}

TEST(TenantsFile, DoesNotBlameATenantForACredentialThatCouldNotBeRead) {
  EXPECT_EQ(credential(R"("apiKey": "k")"), "1:73 a credential needs the member 'secret'");
}

TEST(TenantsFile, ShowsManyMistakesTogetherAndNoSecretAmongThem) {
  const Result<TenantRegistry> parsed = parse_tenants(
      text_source("{\"tenants\": [{\"id\": 1, \"name\": \"a\", \"apiKey\": \"k\", \"activ\": 1}],\n"
                  " \"credentials\": [{\"apiKey\": \"k\", \"secret\": \"tooShort\"}]}"),
      no_sources());
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code, ErrorCode::bad_input);
  EXPECT_THAT(parsed.error().message, Not(HasSubstr("tooShort")));
  EXPECT_EQ(
      parsed.error().message,
      "a.json:1:52: a tenant has no member 'activ' (did you mean 'active'?)\n"
      "    1 | {\"tenants\": [{\"id\": 1, \"name\": \"a\", \"apiKey\": \"k\", \"activ\": 1}],\n"
      "      |                                                    ^~~~~~~\n"
      "      = one of: id, name, label, active, branded, defaultLanguage, privacyUrl, "
      "webhook, simulator, apiKey\n"
      "a.json:2:44: the secret is 8 bytes long, but the cipher takes a key of 16, 24 or 32 "
      "bytes (tenant 'a', apiKey 'k')\n"
      "    2 |  \"credentials\": [{\"apiKey\": \"*\", \"secret\": \"********\"}]}\n"
      "      |                                            ^~~~~~~~~~\n"
      "      = another secret, or \"simulator\": {\"token\": {\"key\": …}} of raw, sha256, md5, "
      "hex or base64");
}

}  // namespace
}  // namespace roomle_sim
