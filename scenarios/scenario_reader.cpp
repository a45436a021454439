#include "scenarios/scenario_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenarios/include.h"
#include "scenarios/steps_reader.h"

namespace roomle_sim {
namespace {

class ScenarioReader {
 public:
  ScenarioReader(const JsonNode& root, const Expansion& expansion, bool complete,
                 Diagnostics& diagnostics, const SecretSources& sources)
      : expansion_(expansion),
        complete_(complete),
        diagnostics_(diagnostics),
        sources_(sources),
        object_(root, diagnostics, "a scenario") {}

  Scenario read(std::map<std::int64_t, EndpointPath> built_in) {
    scenario_.path = object_.node().where.source->name;
    scenario_.where = object_.node().where;
    scenario_.built_in = std::move(built_in);
    read_head();
    read_endpoints();
    read_all_tenants();
    if (endpoints_known_) check_webhooks();
    if (const JsonNode* steps = needed("steps")) {
      const StepsContext context{expansion_.origins, expansion_.gap, scenario_.registry,
                                 endpoint_names()};
      scenario_.steps = read_steps(*steps, context, diagnostics_);
    }
    object_.finish();
    return std::move(scenario_);
  }

 private:
  // A member that may be one of those that are missing.
  const JsonNode* needed(std::string_view name) {
    return complete_ ? object_.required(name) : object_.optional(name);
  }

  void read_head() {
    if (const JsonNode* name = object_.required("name")) {
      scenario_.name = read_string(*name, diagnostics_).value_or("");
      if (name->is(JsonNode::Kind::string) && name->string.empty()) {
        object_.report(*name, "the name is empty", "what the scenario tells, in one line");
      }
    }
    object_.read("description", scenario_.description);
    if (const JsonNode* schema = object_.optional("$schema")) read_string(*schema, diagnostics_);
    object_.allow({"include", "variables", "cases"});  // used up by now
    if (const JsonNode* tags = object_.optional("tags")) read_tags(*tags);
    if (const JsonNode* seed = object_.optional("seed")) {
      const auto value = read_integer(*seed, diagnostics_, 0, INT64_MAX);
      if (value) scenario_.seed = static_cast<std::uint64_t>(*value);
    }
    if (object_.read("timeout", scenario_.timeout) && scenario_.timeout == Duration::zero()) {
      object_.report(*object_.optional("timeout"), "within no time at all nothing happens",
                     "more than 0s, such as \"30s\"");
    }
  }

  void read_endpoints() {
    if (const JsonNode* endpoint = object_.optional("endpoint")) {
      scenario_.endpoint = read_behavior(*endpoint, diagnostics_);
    }
    const JsonNode* several = object_.optional("endpoints");
    if (several == nullptr) return;
    if (!several->is(JsonNode::Kind::object)) {
      endpoints_known_ = false;
      object_.report(*several,
                     fmt::format("{} stands where endpoints (an object) are expected",
                                 kind_name(several->kind)),
                     R"({"NAME": {"sequence": [200]}})");
      return;
    }
    for (const JsonNode::Member& member : several->members) {
      if (member.name.empty() || member.name == kDefaultEndpoint) {
        diagnostics_.add(member.name_where,
                         fmt::format("no endpoint of this list can be called '{}'", member.name),
                         "a name; the one of tenants without a webhook is described by 'endpoint'");
        continue;
      }
      scenario_.endpoints.emplace(member.name, read_behavior(member.value, diagnostics_));
    }
  }

  // None: some may be missing.
  [[nodiscard]] std::vector<std::string_view> endpoint_names() const {
    if (!endpoints_known_) return {};
    std::vector<std::string_view> names{kDefaultEndpoint};
    for (const auto& [name, behavior] : scenario_.endpoints) names.push_back(name);
    return names;
  }

  void check_webhooks() {
    const std::vector<std::string_view> names = endpoint_names();
    for (const auto& [tenant, chosen] : scenario_.built_in) {
      if (std::find(names.begin(), names.end(), chosen.endpoint) != names.end()) continue;
      if (chosen.endpoint.empty()) continue;  // told already
      diagnostics_.add(chosen.where,
                       fmt::format("there is no endpoint '{}'{}", chosen.endpoint,
                                   did_you_mean(chosen.endpoint, names)),
                       fmt::format("one of 'endpoints': {}", fmt::join(names, ", ")));
    }
  }

  void read_tags(const JsonNode& tags) {
    if (!tags.is(JsonNode::Kind::array)) {
      object_.report(tags, "the tags are no list", "such as [\"retry\", \"slow\"]");
      return;
    }
    for (const JsonNode& tag : tags.items) {
      scenario_.tags.push_back(read_string(tag, diagnostics_).value_or(""));
    }
  }

  void read_all_tenants() {
    const JsonNode* file = object_.optional("tenantsFile");
    if (file == nullptr) {
      read_own_tenants();
      return;
    }
    for (const std::string_view name : {"tenants", "credentials", "defaultCredential"}) {
      if (const JsonNode* inline_member = object_.optional(name)) {
        object_.report(*inline_member, fmt::format("'{}' stands here beside 'tenantsFile'", name),
                       "one of the two");
      }
    }
    if (const auto path = read_string(*file, diagnostics_)) read_tenants_file(*file, *path);
  }

  void read_own_tenants() {
    const bool any = needed("tenants") != nullptr;
    if (any && (complete_ || object_.node().find("credentials") != nullptr)) {
      scenario_.registry = read_tenants(object_, diagnostics_, sources_);
      return;
    }
    object_.allow({"credentials", "defaultCredential"});
    if (!any) return;
    Diagnostics aside;  // their credentials are missing
    ObjectReader object(object_.node(), aside, "a scenario");
    scenario_.registry = read_tenants(object, aside, sources_);
  }

  void read_tenants_file(const JsonNode& where, const std::string& path) {
    const std::string beside = path_beside(where.where, path);
    scenario_.included.insert(beside);
    std::optional<JsonNode> root = load_included(where.where, beside, sources_, diagnostics_);
    if (!root) return;
    scenario_.built_in = take_webhooks(*root, diagnostics_);
    ObjectReader tenants(*root, diagnostics_, "a tenants file");
    scenario_.registry = read_tenants(tenants, diagnostics_, sources_);
    tenants.finish();
  }

  const Expansion& expansion_;
  bool complete_;
  bool endpoints_known_ = complete_;
  Diagnostics& diagnostics_;
  const SecretSources& sources_;
  ObjectReader object_;
  Scenario scenario_;
};

}  // namespace

std::string rendered(const Diagnostics& diagnostics) {
  std::string text = diagnostics.render();
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Scenario read_scenario(const Expansion& expansion, bool complete, Diagnostics& diagnostics,
                       const SecretSources& sources) {
  JsonNode root = expansion.root;
  auto built_in = take_webhooks(root, diagnostics);
  return ScenarioReader(root, expansion, complete, diagnostics, sources).read(std::move(built_in));
}

std::string find_warnings(const Scenario& scenario, const JsonNode& root) {
  const bool expects = std::any_of(
      scenario.steps.begin(), scenario.steps.end(),
      [](const ScenarioStep& step) { return std::holds_alternative<Expectation>(step); });
  if (expects) return {};
  Diagnostics warnings;
  warnings.add(root.find("steps")->where,
               "warning: no step expects anything: this passes unless an event is refused",
               "a step such as {\"expect\": {\"outcome\": \"delivered\"}}");
  return rendered(warnings);
}

}  // namespace roomle_sim
