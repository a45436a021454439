#include "scenarios/scenario_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenarios/include.h"
#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

// How a scenario writes that a tenant has no webhook. Taken out of the tree before the tenants are
// read, because a tenants file has no way to write it but to leave the member away.
bool says_no_webhook(const JsonNode& webhook) {
  return webhook.is(JsonNode::Kind::null) ||
         (webhook.is(JsonNode::Kind::string) && webhook.string.empty());
}

// Gives the ids of the tenants without a `webhook` member, and drops the members that say none.
std::set<std::int64_t> take_webhooks(JsonNode& root) {
  std::set<std::int64_t> absent;
  for (JsonNode::Member& member : root.members) {
    if (member.name != "tenants") continue;
    for (JsonNode& tenant : member.value.items) {
      const JsonNode* id = tenant.find("id");
      if (tenant.find("webhook") == nullptr && id != nullptr) absent.insert(id->integer);
      std::erase_if(tenant.members, [](const JsonNode::Member& one) {
        return one.name == "webhook" && says_no_webhook(one.value);
      });
    }
  }
  return absent;
}

class ScenarioReader {
 public:
  ScenarioReader(const JsonNode& root, Diagnostics& diagnostics, const SecretSources& sources)
      : diagnostics_(diagnostics), sources_(sources), object_(root, diagnostics, "a scenario") {}

  Scenario read(std::set<std::int64_t> absent_webhooks) {
    scenario_.path = object_.node().where.source->name;
    scenario_.where = object_.node().where;
    scenario_.built_in = std::move(absent_webhooks);
    read_head();
    read_all_tenants();
    if (const JsonNode* steps = object_.required("steps")) read_steps(*steps);
    object_.finish();
    return std::move(scenario_);
  }

 private:
  void read_head() {
    if (const JsonNode* name = object_.required("name")) {
      scenario_.name = read_string(*name, diagnostics_).value_or("");
      if (name->is(JsonNode::Kind::string) && name->string.empty()) {
        object_.report(*name, "the name is empty", "what the scenario tells, in one line");
      }
    }
    object_.read("description", scenario_.description);
    // For editors; and what is used up by now.
    object_.allow({"$schema", "include", "variables", "cases"});
    if (const JsonNode* tags = object_.optional("tags")) read_tags(*tags);
    if (const JsonNode* endpoint = object_.optional("endpoint")) {
      scenario_.endpoint = read_behavior(*endpoint, diagnostics_);
    }
    if (const JsonNode* seed = object_.optional("seed")) {
      const auto value = read_integer(*seed, diagnostics_, 0, INT64_MAX);
      if (value) scenario_.seed = static_cast<std::uint64_t>(*value);
    }
    object_.read("timeout", scenario_.timeout);
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
      if (object_.required("tenants") != nullptr) {
        scenario_.registry = read_tenants(object_, diagnostics_, sources_);
      } else {
        object_.allow({"credentials", "defaultCredential"});
      }
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

  void read_tenants_file(const JsonNode& where, const std::string& path) {
    std::optional<JsonNode> root =
        load_included(where.where, path_beside(where.where, path), diagnostics_);
    if (!root) return;
    scenario_.built_in = take_webhooks(*root);
    ObjectReader tenants(*root, diagnostics_, "a tenants file");
    scenario_.registry = read_tenants(tenants, diagnostics_, sources_);
    tenants.finish();
  }

  void read_steps(const JsonNode& steps) {
    if (!steps.is(JsonNode::Kind::array)) {
      object_.report(steps, "the steps are no list", "a list of {\"send\": …} and {\"expect\": …}");
      return;
    }
    if (steps.items.empty()) object_.report(steps, "there are no steps");
    for (const JsonNode& step : steps.items) read_step(step);
  }

  void read_step(const JsonNode& node) {
    ObjectReader step(node, diagnostics_, "a step");
    const JsonNode* send = step.optional("send");
    const JsonNode* expect = step.optional("expect");
    if (send != nullptr) {
      read_send(step, *send);
    } else if (expect != nullptr) {
      read_expect(*expect);
    } else if (step.is_object()) {
      step.finish();
      step.report(node, "this step neither sends nor expects anything",
                  "{\"send\": EVENT, …} or {\"expect\": {…}}");
      return;
    }
    if (send != nullptr && expect != nullptr) {
      step.report(*expect, "'expect' stands in the step that sends", "a step of its own behind it");
    }
    if (step.is_object()) step.finish();
  }

  void read_send(ObjectReader& step, const JsonNode& type) {
    SendStep send;
    send.where = type.where;
    if (const JsonNode* name = step.optional("as")) read_name(*name, send);
    send.tenant_id = read_tenant(step, step.optional("tenant"));
    const JsonNode* data = step.optional("data");
    const std::size_t mistakes = diagnostics_.size();
    const auto word = read_word(type, diagnostics_, event_names());
    if (data != nullptr) check_data(*data);
    if (word && diagnostics_.size() == mistakes) {
      const nlohmann::ordered_json overrides =
          data == nullptr ? nlohmann::ordered_json::object() : data->to_json();
      Result<Event> event = make_event(type.string, overrides);
      if (event) {
        send.event = *std::move(event);
      } else {
        step.report(data == nullptr ? type : *data, event.error().message);
      }
    }
    sends_.push_back(send.name);
    scenario_.steps.emplace_back(std::move(send));
  }

  void read_name(const JsonNode& name, SendStep& send) {
    send.name = read_string(name, diagnostics_).value_or("");
    if (!send.name.empty() && std::find(sends_.begin(), sends_.end(), send.name) != sends_.end()) {
      object_.report(name, fmt::format("an earlier send is already called '{}'", send.name));
    }
  }

  // make_event() refuses the same, but knows no places.
  void check_data(const JsonNode& data) {
    ObjectReader members(data, diagnostics_, "data");
    for (const DataMember& known : data_members()) {
      const JsonNode* value = members.optional(known.name);
      if (value == nullptr || value->is(JsonNode::Kind::null)) continue;
      if (known.kind == MemberKind::boolean) {
        read_boolean(*value, diagnostics_);
      } else {
        read_string(*value, diagnostics_);
      }
    }
    members.finish();
  }

  std::int64_t read_tenant(ObjectReader& step, const JsonNode* node) const {
    const std::vector<Tenant>& tenants = scenario_.registry.tenants();
    if (node == nullptr) {
      if (tenants.size() > 1) {
        step.report(step.node(), "there are several tenants: this step must name one",
                    "\"tenant\": an id or a name");
      }
      return tenants.empty() ? 0 : tenants.front().id;
    }
    const bool is_name = node->is(JsonNode::Kind::string);
    if (!is_name && !node->is(JsonNode::Kind::integer)) {
      step.report(*node, fmt::format("{} is no tenant", kind_name(node->kind)), "an id or a name");
      return 0;
    }
    const std::string text = is_name ? node->string : std::to_string(node->integer);
    if (const Tenant* found = scenario_.registry.find_by_text(text)) return found->id;
    // Where the tenants themselves are wrong, that says enough.
    if (tenants.empty()) return 0;
    std::vector<std::string_view> names;
    std::vector<std::string> known;
    for (const Tenant& tenant : tenants) {
      names.push_back(tenant.name);
      known.push_back(fmt::format("{} ({})", tenant.id, tenant.name));
    }
    step.report(*node, fmt::format("there is no tenant '{}'{}", text, did_you_mean(text, names)),
                fmt::format("one of: {}", fmt::join(known, ", ")));
    return 0;
  }

  void read_expect(const JsonNode& node) {
    ObjectReader object(node, diagnostics_, "an expectation");
    const std::size_t mistakes = diagnostics_.size();
    const JsonNode* of = object.optional("of");
    Expectation expectation = read_expectation(object);
    if (object.is_object()) object.finish();
    if (sends_.empty()) {
      object_.report(node, "this expectation stands before any send",
                     "a step {\"send\": …} before it");
    } else {
      expectation.send = of == nullptr ? std::optional(sends_.size() - 1) : find_send(*of);
    }
    if (expectation.checks.empty() && diagnostics_.size() == mistakes) {
      object_.report(node, "this expects nothing", "such as \"outcome\": \"delivered\"");
    }
    scenario_.steps.emplace_back(std::move(expectation));
  }

  std::optional<std::size_t> find_send(const JsonNode& of) {
    const auto name = read_string(of, diagnostics_);
    if (!name) return std::nullopt;
    const auto found = std::find(sends_.begin(), sends_.end(), *name);
    if (found != sends_.end() && !name->empty()) {
      return static_cast<std::size_t>(found - sends_.begin());
    }
    std::vector<std::string_view> names;
    std::copy_if(sends_.begin(), sends_.end(), std::back_inserter(names),
                 [](const std::string& one) { return !one.empty(); });
    object_.report(
        of, fmt::format("no send before this is called '{}'{}", *name, did_you_mean(*name, names)),
        "the name that a send step gives in \"as\"");
    return std::nullopt;
  }

  Diagnostics& diagnostics_;
  const SecretSources& sources_;
  ObjectReader object_;
  Scenario scenario_;
  std::vector<std::string> sends_;  // their names, in the order of the file
};

}  // namespace

std::string rendered(const Diagnostics& diagnostics) {
  std::string text = diagnostics.render();
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Scenario read_scenario(JsonNode root, Diagnostics& diagnostics, const SecretSources& sources) {
  std::set<std::int64_t> absent = take_webhooks(root);
  return ScenarioReader(root, diagnostics, sources).read(std::move(absent));
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
