#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "tenants/registry.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

using Places = std::map<std::string, Location, std::less<>>;

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

// A text that goes into one line of a mail, a log or the token's plaintext.
std::optional<std::string> read_line(const JsonNode& node, Diagnostics& diagnostics,
                                     std::string_view what) {
  std::optional<std::string> text = read_string(node, diagnostics);
  if (!text) return std::nullopt;
  if (text->empty()) {
    diagnostics.add(node.where, fmt::format("{} is empty", what), "leave it out for none");
  } else if (has_control_character(*text)) {
    diagnostics.add(node.where, fmt::format("{} holds a control character", what));
  } else {
    return text;
  }
  return std::nullopt;
}

// The token's plaintext is read back as printable ASCII, parted by semicolons (sender/token.h).
std::optional<std::string> read_api_key(const JsonNode& node, Diagnostics& diagnostics) {
  std::optional<std::string> key = read_line(node, diagnostics, "the apiKey");
  if (!key) return key;
  if (key->find(';') != std::string::npos) {
    diagnostics.add(node.where, "the apiKey holds ';', which parts the token's plaintext");
  } else if (std::any_of(key->begin(), key->end(), [](char c) { return (c & 0x80) != 0; })) {
    diagnostics.add(node.where, "the apiKey holds a character that is not ASCII");
  } else {
    return key;
  }
  return std::nullopt;
}

class TenantsReader {
 public:
  TenantsReader(Diagnostics& diagnostics, const SecretSources& sources)
      : diagnostics_(diagnostics), sources_(sources) {}

  TenantRegistry read(ObjectReader& object) {
    if (const JsonNode* list = items(object, "credentials")) {
      for (const JsonNode& node : list->items) read_credential(node);
    }
    if (const JsonNode* node = object.optional("defaultCredential")) read_default(*node);
    if (const JsonNode* list = items(object, "tenants")) {
      for (const JsonNode& node : list->items) read_tenant(node);
    }
    return std::move(registry_);
  }

 private:
  const JsonNode* items(ObjectReader& object, std::string_view name) {
    const JsonNode* list = object.optional(name);
    if (list == nullptr || list->is(JsonNode::Kind::array)) return list;
    object.report(*list, fmt::format("{} stands where an array of {} is expected",
                                     kind_name(list->kind), name));
    return nullptr;
  }

  void read_credential(const JsonNode& node) {
    ObjectReader reader(node, diagnostics_, "a credential");
    const JsonNode* key_node = reader.required("apiKey");
    const JsonNode* secret_node = reader.required("secret");
    reader.finish();
    std::optional<std::string> key;
    if (key_node != nullptr) key = read_api_key(*key_node, diagnostics_);
    std::optional<Secret> secret;
    if (secret_node != nullptr) secret = read_secret(*secret_node, diagnostics_, sources_);
    if (!key || !unique(api_keys_, *key, *key_node, "credentials have the apiKey")) return;
    if (!secret) return;
    secrets_.emplace(*key, secret_node->where);
    registry_.add(Credential{std::move(*key), std::move(*secret)});
  }

  void read_default(const JsonNode& node) {
    ObjectReader reader(node, diagnostics_, "defaultCredential");
    Credential credential = registry_.default_credential();
    if (const JsonNode* key = reader.optional("apiKey")) {
      credential.api_key = read_api_key(*key, diagnostics_).value_or(credential.api_key);
    }
    const JsonNode* secret_node = reader.required("secret");
    reader.finish();
    if (secret_node == nullptr) return;
    std::optional<Secret> secret = read_secret(*secret_node, diagnostics_, sources_);
    if (!secret) return;
    default_secret_ = secret_node->where;
    credential.secret = std::move(*secret);
    registry_.set_default(std::move(credential));
  }

  void read_tenant(const JsonNode& node) {
    ObjectReader reader(node, diagnostics_, "a tenant");
    if (!reader.is_object()) return;
    Tenant tenant;
    read_identity(reader, tenant);
    reader.read("active", tenant.active);
    reader.read("branded", tenant.branded);
    if (const JsonNode* language = present(reader, "defaultLanguage")) {
      read_language(*language, tenant);
    }
    if (const JsonNode* url = present(reader, "privacyUrl")) read_privacy_url(*url, tenant);
    if (const JsonNode* url = present(reader, "webhook")) read_webhook(*url, tenant);
    const JsonNode* simulator = reader.optional("simulator");
    if (simulator != nullptr) read_simulator(*simulator, tenant);
    if (const JsonNode* key = present(reader, "apiKey")) {
      tenant.api_key = read_api_key(*key, diagnostics_);
      if (tenant.api_key && !api_keys_.contains(*tenant.api_key)) {
        report_unknown_key(*key, *tenant.api_key);
      }
      if (tenant.api_key) check_secret(node, tenant);
    } else {
      check_secret(node, tenant);
    }
    reader.finish();
    registry_.add(std::move(tenant));
  }

  // The vendor's API answers null for what is not set.
  static const JsonNode* present(ObjectReader& reader, std::string_view name) {
    const JsonNode* node = reader.optional(name);
    return node != nullptr && node->is(JsonNode::Kind::null) ? nullptr : node;
  }

  void read_identity(ObjectReader& reader, Tenant& tenant) {
    if (const JsonNode* node = reader.required("id")) {
      if (const auto id = read_integer(*node, diagnostics_, 1, INT64_MAX)) {
        tenant.id = *id;
        unique(ids_, fmt::format("{}", *id), *node, "tenants have the id");
      }
    }
    const JsonNode* name_node = present(reader, "name");
    std::optional<std::string> name;
    if (name_node != nullptr) name = read_line(*name_node, diagnostics_, "the name");
    tenant.name = name.value_or(fmt::format("tenant-{}", tenant.id));
    // A name that was made up from an id may still be another tenant's.
    if (tenant.id != 0 || name) {
      unique(names_, tenant.name, name_node ? *name_node : reader.node(), "tenants have the name");
    }
    if (const JsonNode* label = present(reader, "label")) {
      tenant.label = read_line(*label, diagnostics_, "the label").value_or("");
    }
    if (tenant.label.empty()) tenant.label = tenant.name;
  }

  // False, and reported, where `value` stands already.
  bool unique(Places& places, const std::string& value, const JsonNode& node,
              std::string_view what) {
    const auto [first, fresh] = places.emplace(value, node.where);
    if (!fresh) {
      diagnostics_.add(node.where, fmt::format("two {} '{}'", what, value),
                       fmt::format("the first is at {}", describe(first->second)));
    }
    return fresh;
  }

  void read_language(const JsonNode& node, Tenant& tenant) {
    std::optional<std::string> language = read_string(node, diagnostics_);
    if (!language) return;
    if (is_language_tag(*language)) {
      tenant.default_language = std::move(*language);
    } else {
      diagnostics_.add(node.where, "not a language", R"(for example "de" or "en-US")");
    }
  }

  void read_privacy_url(const JsonNode& node, Tenant& tenant) {
    std::optional<std::string> url = read_string(node, diagnostics_);
    if (!url) return;
    // Customers follow it, so that a fragment is fine, and anything but http(s) is not.
    const Result<Url> parsed = parse_url(std::string_view(*url).substr(0, url->find('#')));
    if (parsed) {
      tenant.privacy_url = std::move(*url);
    } else {
      diagnostics_.add(node.where, "privacyUrl is not an absolute http(s) URL");
    }
  }

  void read_webhook(const JsonNode& node, Tenant& tenant) {
    std::optional<std::string> url = read_string(node, diagnostics_);
    if (!url) return;
    const Result<Url> parsed = parse_url(*url);
    if (parsed) {
      tenant.webhook = std::move(*url);
      return;
    }
    diagnostics_.add(node.where, fmt::format("webhook: {}", parsed.error().message),
                     url->empty() ? "leave it out for a tenant without webhook" : "");
  }

  void read_simulator(const JsonNode& node, Tenant& tenant) {
    ObjectReader reader(node, diagnostics_, "simulator");
    SimulatorSettings& settings = tenant.simulator;
    if (const JsonNode* retry = reader.optional("retry")) {
      settings.retry = read_retry_policy(*retry, diagnostics_);
    }
    if (const JsonNode* timeout = reader.optional("timeout")) {
      const std::optional<Duration> value = read_duration(*timeout, diagnostics_);
      if (value && *value >= std::chrono::milliseconds(1) && *value <= std::chrono::hours(24)) {
        settings.timeout = *value;
      } else if (value) {
        reader.report(*timeout, "a timeout is from 1ms to 24h");
      }
    }
    if (const JsonNode* token = reader.optional("token")) {
      settings.token = read_token_settings(*token, diagnostics_);
    }
    read_user_agent(reader, settings);
    reader.finish();
  }

  void read_user_agent(ObjectReader& reader, SimulatorSettings& settings) {
    const JsonNode* node = reader.optional("userAgent");
    if (node == nullptr) return;
    const std::optional<std::string> text = read_string(*node, diagnostics_);
    if (!text) return;
    const bool fits = !text->empty() && std::all_of(text->begin(), text->end(),
                                                    [](char c) { return c >= ' ' && c < 0x7F; });
    if (fits) {
      settings.user_agent = *text;
    } else {
      reader.report(*node, "a userAgent is printable ASCII, and not empty");
    }
  }

  void report_unknown_key(const JsonNode& node, const std::string& key) {
    std::vector<std::string_view> known;
    for (const auto& [name, place] : api_keys_) known.push_back(name);
    diagnostics_.add(
        node.where,
        fmt::format("no credential has the apiKey '{}'{}", key, did_you_mean(key, known)),
        R"("credentials": [ { "apiKey": …, "secret": … } ])");
  }

  // The mistake is shown at the secret; where none is written in the file, at the tenant.
  void check_secret(const JsonNode& node, const Tenant& tenant) {
    if (tenant.simulator.token.algorithm == TokenAlgorithm::plain) return;
    const TokenCredential used = registry_.credential_for(tenant);
    if (used.authenticates != tenant.api_key.has_value()) return;  // reported already
    const Result<Secret> key = cipher_key(used.credential->secret, tenant.simulator.token.key);
    if (key) return;
    Location where = default_secret_.value_or(node.where);
    if (used.authenticates) where = secrets_.find(used.credential->api_key)->second;
    diagnostics_.add(
        where,
        fmt::format("{} (tenant '{}', apiKey '{}')", key.error().message, tenant.name,
                    used.credential->api_key),
        R"(another secret, or "simulator": {"token": {"key": …}} of raw, sha256, md5, )"
        R"(hex or base64)");
  }

  Diagnostics& diagnostics_;
  const SecretSources& sources_;
  TenantRegistry registry_;
  Places ids_;
  Places names_;
  Places api_keys_;                         // also those whose secret could not be read
  Places secrets_;                          // where the secret of an apiKey stands
  std::optional<Location> default_secret_;  // nothing: it is not written in the file
};

}  // namespace

bool is_language_tag(std::string_view text) {
  return !text.empty() && text.size() <= 35 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

TenantRegistry read_tenants(ObjectReader& object, Diagnostics& diagnostics,
                            const SecretSources& sources) {
  return TenantsReader(diagnostics, sources).read(object);
}

}  // namespace roomle_sim
