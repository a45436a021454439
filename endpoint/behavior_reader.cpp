// Reading a Behavior from JSON.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "endpoint/behavior.h"

namespace roomle_sim {
namespace {

constexpr std::int64_t kMostTimes = 1'000'000'000;

// A token of RFC 9110, 5.6.2.
bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// Reads what an entry of the sequence may hold.
class EntryReader {
 public:
  EntryReader(const JsonNode& node, Diagnostics& diagnostics)
      : reader_(node, diagnostics, "an entry of the sequence"), diagnostics_(diagnostics) {}

  BehaviorEntry read() {
    const JsonNode* status = reader_.optional("status");
    if (status != nullptr) read_status(*status);
    if (const JsonNode* headers = reader_.optional("headers")) read_headers(*headers);
    if (const JsonNode* body = reader_.optional("body")) read_body(*body);
    reader_.read("delay", entry_.plan.delay);
    if (const JsonNode* times = reader_.optional("times")) {
      const auto count = read_integer(*times, diagnostics_, 1, kMostTimes);
      if (count) entry_.times = static_cast<std::uint64_t>(*count);
    }
    read_faults();
    reader_.read("endless_body", entry_.plan.endless_body);
    if (const JsonNode* dribble = reader_.optional("dribble")) read_dribble(*dribble);
    reader_.finish();
    check_together();
    return std::move(entry_);
  }

 private:
  void read_status(const JsonNode& node) {
    const auto status = read_integer(node, diagnostics_, 200, 599);
    if (status) entry_.plan.status = static_cast<int>(*status);
  }

  void read_headers(const JsonNode& node) {
    if (!node.is(JsonNode::Kind::object)) {
      reader_.report(node,
                     fmt::format("{} stands where headers are expected", kind_name(node.kind)),
                     R"(an object such as {"Retry-After": "5"})");
      return;
    }
    for (const JsonNode::Member& member : node.members) read_header(member);
  }

  void read_header(const JsonNode::Member& member) {
    const std::string name = lower(member.name);
    if (!is_header_name(name)) {
      diagnostics_.add(member.name_where, fmt::format("'{}' is no header name", member.name));
    } else if (name == "content-length" || name == "transfer-encoding") {
      diagnostics_.add(member.name_where,
                       fmt::format("the header '{}' is the endpoint's own", member.name),
                       "for a wrong one there is \"malformed\"");
    } else if (member.value.is(JsonNode::Kind::integer)) {
      entry_.plan.headers.emplace_back(member.name, std::to_string(member.value.integer));
    } else if (auto value = read_string(member.value, diagnostics_)) {
      if (is_header_value(*value)) {
        entry_.plan.headers.emplace_back(member.name, std::move(*value));
      } else {
        diagnostics_.add(member.value.where, "a header's value holds no control characters");
      }
    }
  }

  void read_body(const JsonNode& node) {
    const bool text = node.is(JsonNode::Kind::string);
    entry_.plan.body = text ? node.string : node.to_json().dump();
    Headers& headers = entry_.plan.headers;
    const bool typed = std::any_of(headers.begin(), headers.end(), [](const auto& header) {
      return lower(header.first) == "content-type";
    });
    if (!typed) {
      headers.emplace_back("Content-Type", text ? "text/plain; charset=utf-8" : "application/json");
    }
  }

  // At most one of the faults that end the connection.
  void read_faults() {
    if (const JsonNode* node = reader_.optional("connection_reset")) {
      set_fault("connection_reset", read_reset(*node));
    }
    if (const JsonNode* node = reader_.optional("malformed")) {
      const auto word =
          read_word(*node, diagnostics_, {"status_line", "header", "chunk", "content_length"});
      const Fault faults[] = {Fault::malformed_status_line, Fault::malformed_header,
                              Fault::malformed_chunk, Fault::malformed_content_length};
      if (word) set_fault("malformed", faults[*word]);
    }
    bool empty_response = false;
    reader_.read("empty_response", empty_response);
    if (empty_response) set_fault("empty_response", Fault::empty_response);
    bool blackhole = false;
    reader_.read("blackhole", blackhole);
    if (blackhole) set_fault("blackhole", Fault::blackhole);
  }

  Fault read_reset(const JsonNode& node) {
    if (node.is(JsonNode::Kind::boolean)) {
      return node.boolean ? Fault::reset_before_response : Fault::none;
    }
    ObjectReader reset(node, diagnostics_, "connection_reset");
    std::optional<std::size_t> at;
    if (const JsonNode* word = reset.optional("at")) {
      at = read_word(*word, diagnostics_, {"before_response", "after_headers"});
    }
    reset.finish();
    return at.value_or(0) == 1 ? Fault::reset_after_headers : Fault::reset_before_response;
  }

  void set_fault(std::string_view name, Fault fault) {
    if (fault == Fault::none) return;
    if (entry_.plan.fault != Fault::none) {
      reader_.report(reader_.node(), fmt::format("'{}' and '{}' exclude each other", fault_, name),
                     "two entries, one after the other");
      return;
    }
    entry_.plan.fault = fault;
    fault_ = name;
  }

  void read_dribble(const JsonNode& node) {
    ObjectReader dribble(node, diagnostics_, "dribble");
    Duration interval{0};
    if (const JsonNode* member = dribble.required("interval")) {
      const auto read = read_duration(*member, diagnostics_);
      if (read && *read <= Duration::zero()) {
        dribble.report(*member, "the interval of a dribble is longer than nothing");
      }
      interval = read.value_or(interval);
    }
    dribble.finish();
    entry_.plan.dribble = interval;
  }

  // A member that would have no effect is a mistake of the author's.
  void check_together() {
    const ResponsePlan& plan = entry_.plan;
    const bool silent = plan.fault == Fault::reset_before_response ||
                        plan.fault == Fault::empty_response || plan.fault == Fault::blackhole;
    if (silent) {
      refuse_beside({"status", "headers", "body", "dribble", "endless_body"}, "it answers nothing");
    } else if (plan.fault != Fault::none) {
      refuse_beside({"endless_body"}, "its body has an end");
    }
    if (plan.fault == Fault::blackhole) refuse_beside({"delay"}, "it never answers");
    const bool needs_body = plan.endless_body || plan.fault == Fault::reset_after_headers ||
                            plan.fault == Fault::malformed_chunk ||
                            plan.fault == Fault::malformed_content_length;
    if ((plan.status == 204 || plan.status == 304) && (!plan.body.empty() || needs_body)) {
      reader_.report(reader_.node(), fmt::format("a response of {} has no body", plan.status));
    }
  }

  void refuse_beside(std::initializer_list<std::string_view> names, std::string_view why) {
    for (const JsonNode::Member& member : reader_.node().members) {
      if (std::find(names.begin(), names.end(), member.name) == names.end()) continue;
      diagnostics_.add(member.name_where, fmt::format("'{}' has no meaning beside '{}': {}",
                                                      member.name, fault_, why));
    }
  }

  ObjectReader reader_;
  Diagnostics& diagnostics_;
  BehaviorEntry entry_;
  std::string_view fault_;  // as the file names it
};

BehaviorEntry read_entry(const JsonNode& node, Diagnostics& diagnostics) {
  if (!node.is(JsonNode::Kind::integer)) return EntryReader(node, diagnostics).read();
  BehaviorEntry entry;
  const auto status = read_integer(node, diagnostics, 200, 599);
  if (status) entry.plan.status = static_cast<int>(*status);
  return entry;
}

void read_sequence(const JsonNode& node, Behavior& behavior, Diagnostics& diagnostics) {
  if (!node.is(JsonNode::Kind::array)) {
    diagnostics.add(node.where,
                    fmt::format("{} stands where a sequence is expected", kind_name(node.kind)),
                    R"(an array such as [503, {"status": 200}])");
    return;
  }
  for (const JsonNode& item : node.items)
    behavior.sequence.push_back(read_entry(item, diagnostics));
}

}  // namespace

Behavior read_behavior(const JsonNode& node, Diagnostics& diagnostics) {
  Behavior behavior;
  ObjectReader reader(node, diagnostics, "a behaviour");
  if (const JsonNode* sequence = reader.optional("sequence")) {
    read_sequence(*sequence, behavior, diagnostics);
  }
  if (const JsonNode* then = reader.optional("then")) {
    const auto word = read_word(*then, diagnostics, {"repeat_last", "cycle", "fail"});
    const AfterSequence modes[] = {AfterSequence::repeat_last, AfterSequence::cycle,
                                   AfterSequence::fail};
    if (word) behavior.then = modes[*word];
  }
  reader.read("refuse", behavior.refuse);
  reader.finish();
  if (behavior.refuse && !behavior.sequence.empty()) {
    reader.report(*node.find("sequence"), "a behaviour that refuses connections has no sequence");
  }
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
