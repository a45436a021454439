#include "scenarios/steps_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

// Null: the scenario's own list, around all others.
bool lies_within(const StepOrigin* origin, const StepOrigin* scope) {
  while (origin != scope && origin != nullptr) origin = origin->around.get();
  return origin == scope;
}

struct NamedSend {
  const StepOrigin* origin = nullptr;
  std::size_t send = 0;
};

class StepsReader {
 public:
  StepsReader(const StepsContext& context, Diagnostics& all)
      : context_(context), registry_(context.tenants), all_(all) {}

  std::vector<ScenarioStep> read(const JsonNode& steps) {
    const std::vector<StepOriginPtr>& origins = context_.origins;
    if (!steps.is(JsonNode::Kind::array)) {
      report(steps, "the steps are no list", "a list of {\"send\": …} and {\"expect\": …}");
    } else if (steps.items.empty() && !context_.gap) {
      report(steps, "there are no steps");
    }
    hand_over_mistakes();
    for (std::size_t i = 0; i < steps.items.size(); ++i) {
      origin_ = i < origins.size() ? origins[i] : nullptr;
      behind_gap_ = context_.gap && i >= *context_.gap;
      read_step(steps.items[i]);
      hand_over_mistakes();
    }
    return std::move(steps_);
  }

 private:
  static constexpr std::array<std::string_view, 3> kKinds{"send", "expect", "capture"};

  // With the round that has them, which may be one of many.
  void hand_over_mistakes() {
    std::string note = describe(origin_, false);
    if (!note.empty()) note = (origin_->round ? "in " : "") + note;
    for (const Diagnostic& one : diagnostics_.all()) {
      const bool both = !one.expected.empty() && !note.empty();
      all_.add(one.where, one.message, one.expected + (both ? "; " : "") + note);
    }
    diagnostics_ = {};
  }

  void report(const JsonNode& node, std::string message, std::string expected = {}) {
    diagnostics_.add(node.where, std::move(message), std::move(expected));
  }

  void read_step(const JsonNode& node) {
    ObjectReader step(node, diagnostics_, "a step");
    if (!step.is_object()) return;
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](std::string_view name) {
      return node.find(name) != nullptr;
    });
    if (kind == kKinds.end()) {
      step.allow({"send", "expect", "capture", "repeat", "include"});
      step.finish();
      report(node, "this step neither sends nor expects anything",
             R"({"send": EVENT, …}, {"expect": {…}}, {"capture": {…}}, )"
             R"({"repeat": N, "steps": […]} or {"include": FILE})");
      return;
    }
    const std::optional<Duration> at = read_time(step);
    const JsonNode& what = *step.optional(*kind);
    if (*kind == "send") {
      read_send(step, what, at);
    } else if (*kind == "expect") {
      read_expect(what, at);
    } else {
      read_capture(step, what, at);
    }
    for (const std::string_view other : kKinds) {
      if (other == *kind || node.find(other) == nullptr) continue;
      report(*step.optional(other),
             fmt::format("'{}' stands in the step that has '{}'", other, *kind),
             "a step of its own behind it");
    }
    step.finish();
  }

  // Steps are done in their order: a time before that of an earlier step cannot be kept.
  std::optional<Duration> read_time(ObjectReader& step) {
    const JsonNode* node = step.optional("at");
    const auto at = node == nullptr ? std::nullopt : read_duration(*node, diagnostics_);
    if (!at) return at;
    if (*at < latest_) {
      report(*node, fmt::format("an earlier step is at {}", format_duration(latest_)),
             "steps in the order of their times, which count from the scenario's begin");
    }
    latest_ = std::max(latest_, *at);
    return at;
  }

  void read_send(ObjectReader& step, const JsonNode& type, std::optional<Duration> at) {
    SendStep send;
    send.where = type.where;
    send.origin = origin_;
    send.at = at;
    if (const JsonNode* name = step.optional("as")) read_name(*name, send);
    send.tenant_id = read_tenant(step, step.optional("tenant"));
    const JsonNode* data = step.optional("data");
    const std::size_t mistakes = diagnostics_.size();
    const auto word = read_word(type, diagnostics_, event_names());
    if (data != nullptr) check_data(*data);
    if (word && diagnostics_.size() == mistakes) {
      Result<Event> event = make_event(type.string, known_data(data, send));
      if (event) {
        send.event = *std::move(event);
      } else {
        report(data == nullptr ? type : *data, event.error().message);
      }
    }
    if (!send.name.empty()) {
      own_.emplace(std::pair(origin_.get(), send.name), sends_.size());
      named_[send.name].push_back({origin_.get(), sends_.size()});
    }
    sends_.push_back(send.name);
    steps_.emplace_back(std::move(send));
  }

  // What of the data is known by now; the rest is kept for later.
  static nlohmann::ordered_json known_data(const JsonNode* data, SendStep& send) {
    nlohmann::ordered_json known = nlohmann::ordered_json::object();
    if (data == nullptr) return known;
    known = data->to_json();
    for (const JsonNode::Member& member : data->members) {
      if (!member.value.deferred) continue;
      known.erase(member.name);
      send.deferred_data = *data;
    }
    return known;
  }

  void read_name(const JsonNode& name, SendStep& send) {
    send.name = read_string(name, diagnostics_).value_or("");
    if (own_.contains({origin_.get(), send.name})) {
      report(name, fmt::format("an earlier send is already called '{}'", send.name));
    }
  }

  // make_event() refuses the same, but knows no places.
  void check_data(const JsonNode& data) {
    ObjectReader members(data, diagnostics_, "data");
    for (const DataMember& known : data_members()) {
      const JsonNode* value = members.optional(known.name);
      if (value == nullptr || value->is(JsonNode::Kind::null) || value->deferred) continue;
      if (known.kind == MemberKind::boolean) {
        read_boolean(*value, diagnostics_);
      } else {
        read_string(*value, diagnostics_);
      }
    }
    members.finish();
  }

  std::int64_t read_tenant(ObjectReader& step, const JsonNode* node) const {
    const auto tenants = registry_.tenants();
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
    if (const Tenant* found = registry_.find_by_text(text)) return found->id;
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

  void read_expect(const JsonNode& node, std::optional<Duration> at) {
    ObjectReader object(node, diagnostics_, "an expectation");
    const std::size_t mistakes = diagnostics_.size();
    const JsonNode* of = object.optional("of");
    const JsonNode* within = object.optional("within");
    Expectation expectation = read_expectation(object, context_.endpoints);
    expectation.at = at;
    expectation.origin = origin_;
    if (within != nullptr) expectation.within = read_within(*within, at);
    if (object.is_object()) object.finish();
    if (sends_.empty()) {
      report_no_send(node, "this expectation stands before any send");
    } else {
      expectation.send = of == nullptr ? std::optional(sends_.size() - 1) : find_send(*of);
    }
    if (expectation.checks.empty() && diagnostics_.size() == mistakes) {
      report(node, "this expects nothing", "such as \"outcome\": \"delivered\"");
    }
    steps_.emplace_back(std::move(expectation));
  }

  void report_no_send(const JsonNode& node, std::string message) {
    if (!behind_gap_) report(node, std::move(message), "a step {\"send\": …} before it");
  }

  std::optional<Duration> read_within(const JsonNode& node, std::optional<Duration> at) {
    const auto within = read_duration(node, diagnostics_);
    if (within && *within == Duration::zero())
      report(node, "within no time at all nothing happens");
    if (at) {
      report(node, "'within' stands in a step that has 'at', which says when it is judged",
             "one of the two");
    }
    return within;
  }

  void read_capture(ObjectReader& step, const JsonNode& node, std::optional<Duration> at) {
    const JsonNode* of = step.optional("of");
    CaptureStep capture;
    capture.where = node.where;
    capture.origin = origin_;
    capture.at = at;
    capture.captures = read_captures(node, diagnostics_);
    if (sends_.empty()) {
      report_no_send(node, "this capture stands before any send");
    } else {
      capture.send =
          (of == nullptr ? std::optional(sends_.size() - 1) : find_send(*of)).value_or(0);
    }
    steps_.emplace_back(std::move(capture));
  }

  std::optional<std::size_t> find_send(const JsonNode& of) {
    const auto name = read_string(of, diagnostics_);
    if (!name) return std::nullopt;
    for (const StepOrigin* scope = origin_.get();; scope = scope->around.get()) {
      const auto own = own_.find({scope, *name});
      if (own != own_.end()) return own->second;
      const std::vector<std::size_t> within = newest_within(scope, *name);
      if (within.size() == 1) return within.front();
      if (within.size() > 1) {
        report(of,
               fmt::format("several sends are called '{}', each in a round of its own, or in an "
                           "include",
                           *name),
               fmt::format("a name for each, such as \"{}-${{index}}\"", *name));
        return std::nullopt;
      }
      if (scope == nullptr) break;
    }
    if (behind_gap_) return std::nullopt;
    std::vector<std::string_view> names;
    for (const auto& [one, sends] : named_) names.push_back(one);
    report(of,
           fmt::format("no send before this is called '{}'{}", *name, did_you_mean(*name, names)),
           "the name that a send step gives in \"as\"");
    return std::nullopt;
  }

  // Of the sends of that name in rounds and lists within `scope`, which is around what is being
  // read: up to two, the newest.
  [[nodiscard]] std::vector<std::size_t> newest_within(const StepOrigin* scope,
                                                       const std::string& name) const {
    std::vector<std::size_t> found;
    const auto named = named_.find(name);
    if (named == named_.end()) return found;
    for (auto one = named->second.rbegin(); one != named->second.rend(); ++one) {
      // Behind what lies outside come only those that do so, too: a scope is read in one go.
      if (found.size() == 2 || !lies_within(one->origin, scope)) break;
      found.push_back(one->send);
    }
    return found;
  }

  const StepsContext& context_;
  const TenantRegistry& registry_;
  Diagnostics& all_;
  Diagnostics diagnostics_;  // of the step that is being read
  StepOriginPtr origin_;     // its own
  bool behind_gap_ = false;  // steps before it are missing
  std::vector<ScenarioStep> steps_;
  std::vector<std::string> sends_;  // their names, in the order of the file
  std::map<std::pair<const StepOrigin*, std::string>, std::size_t>
      own_;  // by where the name counts
  std::map<std::string, std::vector<NamedSend>> named_;
  Duration latest_{0};  // of the steps that have a time
};

}  // namespace

std::vector<ScenarioStep> read_steps(const JsonNode& steps, const StepsContext& context,
                                     Diagnostics& diagnostics) {
  return StepsReader(context, diagnostics).read(steps);
}

}  // namespace roomle_sim
