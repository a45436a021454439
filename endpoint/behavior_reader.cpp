// Reading a Behavior from JSON.
#include <algorithm>

#include <fmt/format.h>

#include "endpoint/behavior.h"
#include "endpoint/entry_reader.h"
#include "endpoint/fault_reader.h"
#include "sender/catalogue.h"

namespace roomle_sim {
namespace {

const std::initializer_list<std::string_view> kOfRule = {"event", "tenant", "probability",
                                                         "sequence", "then"};

bool expect_array(const JsonNode& node, Diagnostics& diagnostics, std::string_view what,
                  std::string_view example) {
  if (node.is(JsonNode::Kind::array)) return true;
  diagnostics.add(node.where,
                  fmt::format("{} stands where {} is expected", kind_name(node.kind), what),
                  fmt::format("an array such as {}", example));
  return false;
}

void read_sequence(const JsonNode& node, Answers& answers, Diagnostics& diagnostics) {
  if (!expect_array(node, diagnostics, "a sequence", R"([503, {"status": 200}])")) return;
  for (const JsonNode& item : node.items) {
    answers.sequence.push_back(read_entry(item, diagnostics));
  }
}

void read_then(const JsonNode& node, Answers& answers, Diagnostics& diagnostics) {
  const auto word = read_word(node, diagnostics, {"repeat_last", "cycle", "fail"});
  const AfterSequence modes[] = {AfterSequence::repeat_last, AfterSequence::cycle,
                                 AfterSequence::fail};
  if (word) answers.then = modes[*word];
}

// One of "by": its conditions, and an entry or a sequence.
class RuleReader {
 public:
  RuleReader(const JsonNode& node, Diagnostics& diagnostics)
      : node_(node), diagnostics_(diagnostics) {}

  BehaviorRule read() {
    if (node_.is(JsonNode::Kind::integer)) {
      report(node_, "a number stands where a rule is expected",
             R"(an object such as {"tenant": 42, "status": 503})");
      return std::move(rule_);
    }
    const JsonNode* sequence = node_.find("sequence");
    const BehaviorEntry entry = read_entry(node_, diagnostics_, "a rule", kOfRule);
    if (!node_.is(JsonNode::Kind::object)) return std::move(rule_);
    read_conditions();
    if (sequence != nullptr) {
      read_sequence(*sequence, rule_.answers, diagnostics_);
      refuse_entry();
    } else {
      rule_.answers.sequence.push_back(entry);
    }
    if (const JsonNode* then = node_.find("then")) {
      read_then(*then, rule_.answers, diagnostics_);
      if (sequence == nullptr) report(*then, "'then' has no meaning without 'sequence'");
    }
    check_connection();
    return std::move(rule_);
  }

 private:
  void read_conditions() {
    const JsonNode* event = node_.find("event");
    const JsonNode* tenant = node_.find("tenant");
    const JsonNode* probability = node_.find("probability");
    if (event != nullptr) {
      const auto names = event_names();
      const auto word = read_word(*event, diagnostics_, names);
      if (word) rule_.event = names[*word];
    }
    if (tenant != nullptr) {
      rule_.tenant_id = read_integer(*tenant, diagnostics_, 1, INT64_MAX);
    }
    if (probability != nullptr) {
      rule_.probability = read_number(*probability, diagnostics_, 0, 1).value_or(1);
    }
    if (event == nullptr && tenant == nullptr && probability == nullptr) {
      report(node_, "a rule without 'event', 'tenant' or 'probability' fits everything",
             "an entry of the sequence");
    }
  }

  void refuse_entry() {
    for (const JsonNode::Member& member : node_.members) {
      if (std::find(kOfRule.begin(), kOfRule.end(), member.name) != kOfRule.end()) continue;
      diagnostics_.add(member.name_where,
                       fmt::format("'{}' has no meaning beside 'sequence'", member.name),
                       "it belongs into an entry of the sequence");
    }
  }

  // Whose event it is, and which, stands in the request.
  void check_connection() {
    const auto& sequence = rule_.answers.sequence;
    const auto count =
        std::count_if(sequence.begin(), sequence.end(),
                      [](const BehaviorEntry& entry) { return is_of_connection(entry); });
    if (count == 0) return;
    if (!rule_.event.empty() || rule_.tenant_id) {
      report(node_,
             "a fault that comes before the request and 'event' or 'tenant' exclude each other",
             "it can be chosen by 'probability', or stand in the sequence");
    } else if (static_cast<std::size_t>(count) != sequence.size()) {
      report(node_, "faults that come before the request and others exclude each other in a rule",
             "two rules");
    }
  }

  void report(const JsonNode& where, std::string message, std::string expected = {}) {
    diagnostics_.add(where.where, std::move(message), std::move(expected));
  }

  const JsonNode& node_;
  Diagnostics& diagnostics_;
  BehaviorRule rule_;
};

void read_rules(const JsonNode& node, Behavior& behavior, Diagnostics& diagnostics) {
  if (!expect_array(node, diagnostics, "a list of rules", R"([{"tenant": 42, "status": 503}])")) {
    return;
  }
  for (const JsonNode& item : node.items) {
    behavior.by.push_back(RuleReader(item, diagnostics).read());
  }
}

// What needs another member of the behaviour.
void check_whole(const JsonNode& node, const Behavior& behavior, Diagnostics& diagnostics) {
  if (behavior.refuse) {
    for (const JsonNode::Member& member : node.members) {
      if (member.name == "refuse") continue;
      diagnostics.add(member.name_where,
                      fmt::format("a behaviour that refuses connections has no {}", member.name));
    }
  }
  const auto wants_tls = [](const BehaviorEntry& entry) { return entry.plan.fault == Fault::tls; };
  bool tls = std::any_of(behavior.sequence.begin(), behavior.sequence.end(), wants_tls);
  for (const BehaviorRule& rule : behavior.by) {
    const auto& sequence = rule.answers.sequence;
    tls = tls || std::any_of(sequence.begin(), sequence.end(), wants_tls);
  }
  if (tls && behavior.tls == TlsMode::none && node.find("tls") == nullptr) {
    diagnostics.add(node.where, "an answer's 'tls' has no meaning beside plain HTTP",
                    "\"tls\": \"valid\" beside \"sequence\"");
  }
}

}  // namespace

Behavior read_behavior(const JsonNode& node, Diagnostics& diagnostics) {
  Behavior behavior;
  ObjectReader reader(node, diagnostics, "a behaviour");
  if (const JsonNode* rules = reader.optional("by")) read_rules(*rules, behavior, diagnostics);
  if (const JsonNode* sequence = reader.optional("sequence")) {
    read_sequence(*sequence, behavior, diagnostics);
  }
  if (const JsonNode* then = reader.optional("then")) read_then(*then, behavior, diagnostics);
  reader.read("refuse", behavior.refuse);
  if (const JsonNode* tls = reader.optional("tls")) {
    behavior.tls = read_tls(*tls, diagnostics, true);
  }
  if (const JsonNode* outage = reader.optional("outage")) {
    behavior.outages = read_outages(*outage, diagnostics);
  }
  reader.finish();
  check_whole(node, behavior, diagnostics);
  return behavior;
}

Result<Behavior> parse_behavior(const Source& source) {
  Diagnostics diagnostics;
  const std::optional<JsonNode> node = parse_json(source, diagnostics);
  Behavior behavior;
  if (node) behavior = read_behavior(*node, diagnostics);
  if (diagnostics.empty()) return behavior;
  std::string mistakes = diagnostics.render();
  if (mistakes.ends_with('\n')) mistakes.pop_back();
  return Error{ErrorCode::bad_input, std::move(mistakes)};
}

}  // namespace roomle_sim
