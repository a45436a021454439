#include "endpoint/entry_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "endpoint/fault_reader.h"

namespace roomle_sim {
namespace {

constexpr std::int64_t kMostTimes = 1'000'000'000;
constexpr std::int64_t kMostData = 64 * 1024 * 1024;

using Names = std::initializer_list<std::string_view>;

bool contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What a fault leaves no room for, and why.
struct Exclusion {
  Names names;
  std::string_view why;
};

const Names kAnswering = {"status", "headers",   "body",       "redirect",   "dribble",
                          "slicer", "bandwidth", "limit_data", "slow_close", "endless_body"};

class EntryReader {
 public:
  EntryReader(const JsonNode& node, Diagnostics& diagnostics, std::string_view what, Names others)
      : reader_(node, diagnostics, what), diagnostics_(diagnostics) {
    reader_.allow(others);
  }

  BehaviorEntry read() {
    read_response();
    read_timing();
    read_faults();
    reader_.finish();
    check_faults();
    check_response();
    return std::move(entry_);
  }

 private:
  void read_response() {
    ResponsePlan& plan = entry_.plan;
    if (const JsonNode* status = reader_.optional("status")) {
      plan.status = static_cast<int>(read_integer(*status, diagnostics_, 200, 599).value_or(200));
    }
    if (const JsonNode* headers = reader_.optional("headers")) {
      read_headers(*headers, diagnostics_, plan);
    }
    if (const JsonNode* redirect = reader_.optional("redirect")) {
      read_redirect(*redirect, diagnostics_, plan);
    }
    if (const JsonNode* body = reader_.optional("body")) read_body(*body, plan);
    reader_.read("endless_body", plan.endless_body);
    if (const JsonNode* limit = reader_.optional("limit_data")) {
      const auto bytes = read_integer(*limit, diagnostics_, 1, kMostData);
      plan.limit_data = static_cast<std::uint64_t>(bytes.value_or(1));
    }
  }

  void read_timing() {
    if (const JsonNode* delay = reader_.optional("delay")) {
      entry_.delay = read_delay(*delay, diagnostics_);
    }
    if (const JsonNode* times = reader_.optional("times")) {
      const auto count = read_integer(*times, diagnostics_, 1, kMostTimes);
      if (count) entry_.times = static_cast<std::uint64_t>(*count);
    }
    if (const JsonNode* limit = reader_.optional("rate_limit")) {
      entry_.rate_limit = read_rate_limit(*limit, diagnostics_);
    }
    read_pacing("dribble", read_dribble);
    read_pacing("slicer", read_slicer);
    read_pacing("bandwidth", read_bandwidth);
    if (const JsonNode* slow = reader_.optional("slow_close")) {
      entry_.plan.slow_close = read_duration(*slow, diagnostics_);
    }
  }

  void read_pacing(std::string_view name, Pacing (*reader)(const JsonNode&, Diagnostics&)) {
    const JsonNode* node = reader_.optional(name);
    if (node == nullptr) return;
    if (!pacing_.empty()) return report_both(pacing_, name);
    entry_.plan.pacing = reader(*node, diagnostics_);
    pacing_ = name;
  }

  // At most one of the faults that end the connection.
  void read_faults() {
    if (const JsonNode* node = reader_.optional("connection_reset")) {
      set_fault("connection_reset", read_reset(*node, diagnostics_));
    }
    if (const JsonNode* node = reader_.optional("malformed")) {
      set_fault("malformed", read_malformed(*node, diagnostics_));
    }
    read_flag("empty_response", Fault::empty_response);
    read_flag("accept_then_lose", Fault::accept_then_lose);
    read_flag("blackhole", Fault::blackhole);
    if (const JsonNode* node = reader_.optional("tls")) {
      entry_.plan.tls = read_tls(*node, diagnostics_, false);
      set_fault("tls", Fault::tls);
    }
  }

  void read_flag(std::string_view name, Fault fault) {
    bool set = false;
    reader_.read(name, set);
    if (set) set_fault(name, fault);
  }

  void set_fault(std::string_view name, Fault fault) {
    if (fault == Fault::none) return;
    if (entry_.plan.fault != Fault::none) return report_both(fault_, name);
    entry_.plan.fault = fault;
    fault_ = name;
  }

  void report_both(std::string_view one, std::string_view other) {
    reader_.report(reader_.node(), fmt::format("'{}' and '{}' exclude each other", one, other),
                   "two entries, one after the other");
  }

  // A member that would have no effect is a mistake of the author's.
  void check_faults() {
    const Fault fault = entry_.plan.fault;
    if (fault == Fault::none) return;
    if (is_of_connection(fault)) {
      refuse_beside(fault_, kAnswering, "it comes before the request");
      refuse_beside(fault_, {"delay", "rate_limit"}, "it comes before the request");
    } else if (!entry_.plan.has_status() && fault != Fault::malformed_status_line) {
      refuse_beside(fault_, kAnswering, "it answers nothing");
      if (fault == Fault::blackhole) refuse_beside(fault_, {"delay"}, "it never answers");
    } else if (fault == Fault::malformed_endless_headers) {
      refuse_beside(fault_, {"body", "endless_body", "limit_data", "slow_close"},
                    "its headers have no end");
    } else {
      refuse_beside(fault_, {"endless_body", "limit_data", "slow_close"},
                    "its body has an end of its own");
    }
  }

  void check_response() {
    const ResponsePlan& plan = entry_.plan;
    if (plan.slow_close) {
      refuse_beside("slow_close", {"endless_body"}, "its body has no end");
      refuse_beside("slow_close", {"limit_data"}, "that closes at once");
    }
    if (plan.endless_body && std::holds_alternative<pacing::Pieces>(plan.pacing)) {
      reader_.report(*reader_.node().find("dribble"),
                     "'chunks' has no meaning beside 'endless_body': the body has no size");
    }
    if (reader_.node().find("redirect") != nullptr) {
      refuse_beside("redirect", {"status"}, "it has a status of its own");
    }
    const bool needs_body =
        plan.endless_body || plan.slow_close || plan.fault == Fault::reset_after_headers ||
        plan.fault == Fault::reset_in_body || plan.fault == Fault::malformed_chunk ||
        plan.fault == Fault::malformed_content_length;
    if ((plan.status == 204 || plan.status == 304) && (!plan.body.empty() || needs_body)) {
      reader_.report(reader_.node(), fmt::format("a response of {} has no body", plan.status));
    }
  }

  void refuse_beside(std::string_view fault, Names names, std::string_view why) {
    for (const JsonNode::Member& member : reader_.node().members) {
      if (!contains(names, member.name)) continue;
      diagnostics_.add(member.name_where,
                       fmt::format("'{}' has no meaning beside '{}': {}", member.name, fault, why));
    }
  }

  ObjectReader reader_;
  Diagnostics& diagnostics_;
  BehaviorEntry entry_;
  std::string_view fault_;  // as the file names it
  std::string_view pacing_;
};

}  // namespace

BehaviorEntry read_entry(const JsonNode& node, Diagnostics& diagnostics, std::string_view what,
                         Names others) {
  if (!node.is(JsonNode::Kind::integer)) {
    return EntryReader(node, diagnostics, what, others).read();
  }
  BehaviorEntry entry;
  const auto status = read_integer(node, diagnostics, 200, 599);
  if (status) entry.plan.status = static_cast<int>(*status);
  return entry;
}

}  // namespace roomle_sim
