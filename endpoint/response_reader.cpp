// Reading what a response says: its headers, its body, where it redirects to.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "endpoint/fault_reader.h"

namespace roomle_sim {
namespace {

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

void read_value(const JsonNode& node, const std::string& name, Diagnostics& diagnostics,
                ResponsePlan& plan) {
  auto value = read_string(node, diagnostics);
  if (!value) return;
  if (is_header_value(*value)) {
    plan.headers.emplace_back(name, std::move(*value));
  } else {
    diagnostics.add(node.where, "a header's value must hold no control characters");
  }
}

void read_header(const JsonNode::Member& member, Diagnostics& diagnostics, ResponsePlan& plan) {
  const std::string name = lower(member.name);
  if (!is_header_name(name)) {
    diagnostics.add(member.name_where, fmt::format("'{}' is no header name", member.name));
  } else if (name == "content-length" || name == "transfer-encoding") {
    diagnostics.add(member.name_where,
                    fmt::format("the header '{}' is the endpoint's own", member.name),
                    "for a wrong one there is \"malformed\"");
  } else if (member.value.is(JsonNode::Kind::integer)) {
    plan.headers.emplace_back(member.name, std::to_string(member.value.integer));
  } else {
    read_value(member.value, member.name, diagnostics, plan);
  }
}

}  // namespace

void read_headers(const JsonNode& node, Diagnostics& diagnostics, ResponsePlan& plan) {
  if (!node.is(JsonNode::Kind::object)) {
    diagnostics.add(node.where,
                    fmt::format("{} stands where headers are expected", kind_name(node.kind)),
                    R"(an object such as {"Retry-After": "5"})");
    return;
  }
  for (const JsonNode::Member& member : node.members) read_header(member, diagnostics, plan);
}

void read_body(const JsonNode& node, ResponsePlan& plan) {
  const bool text = node.is(JsonNode::Kind::string);
  plan.body = text ? node.string : json_text(node.to_json());
  const bool typed = std::any_of(plan.headers.begin(), plan.headers.end(), [](const auto& header) {
    return lower(header.first) == "content-type";
  });
  if (!typed) {
    plan.headers.emplace_back("Content-Type",
                              text ? "text/plain; charset=utf-8" : "application/json");
  }
}

void read_redirect(const JsonNode& node, Diagnostics& diagnostics, ResponsePlan& plan) {
  plan.status = 302;
  if (node.is(JsonNode::Kind::string)) return read_value(node, "Location", diagnostics, plan);
  ObjectReader reader(node, diagnostics, "redirect");
  if (const JsonNode* location = reader.required("location")) {
    read_value(*location, "Location", diagnostics, plan);
  }
  if (const JsonNode* status = reader.optional("status")) {
    plan.status = static_cast<int>(read_integer(*status, diagnostics, 300, 399).value_or(302));
  }
  reader.finish();
}

}  // namespace roomle_sim
