#include "scenarios/webhooks.h"

#include <algorithm>

namespace roomle_sim {
namespace {

// A tenants file has no way to write that there is none but to leave the member away.
bool says_none(const JsonNode& webhook) {
  return webhook.is(JsonNode::Kind::null) ||
         (webhook.is(JsonNode::Kind::string) && webhook.string.empty());
}

EndpointPath read_endpoint_path(const JsonNode& node, Diagnostics& diagnostics) {
  EndpointPath where_to;
  where_to.where = node.where;
  ObjectReader reader(node, diagnostics, "a webhook");
  if (const JsonNode* name = reader.required("endpoint")) {
    where_to.where = name->where;
    where_to.endpoint = read_string(*name, diagnostics).value_or("");
  }
  if (const JsonNode* path = reader.optional("path")) {
    where_to.path = read_string(*path, diagnostics).value_or("/");
    const bool fine = where_to.path.starts_with('/') &&
                      std::all_of(where_to.path.begin(), where_to.path.end(),
                                  [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
    if (!fine) reader.report(*path, "this is no path of a URL", "such as \"/hooks/roomle\"");
  }
  reader.finish();
  return where_to;
}

}  // namespace

std::map<std::int64_t, EndpointPath> take_webhooks(JsonNode& root, Diagnostics& diagnostics) {
  std::map<std::int64_t, EndpointPath> built_in;
  for (JsonNode::Member& member : root.members) {
    if (member.name != "tenants") continue;
    for (JsonNode& tenant : member.value.items) {
      const JsonNode* id = tenant.find("id");
      const JsonNode* webhook = tenant.find("webhook");
      std::optional<EndpointPath> chosen;
      if (webhook == nullptr) {
        chosen = EndpointPath{std::string(kDefaultEndpoint), "/", tenant.where};
      } else if (webhook->is(JsonNode::Kind::object)) {
        chosen = read_endpoint_path(*webhook, diagnostics);
      }
      if (chosen && id != nullptr) built_in.emplace(id->integer, *std::move(chosen));
      std::erase_if(tenant.members, [](const JsonNode::Member& one) {
        return one.name == "webhook" &&
               (says_none(one.value) || one.value.is(JsonNode::Kind::object));
      });
    }
  }
  return built_in;
}

}  // namespace roomle_sim
