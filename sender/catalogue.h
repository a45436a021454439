// The event catalogue as data (Webhook documentation, and the pages "Configuration", "PlanSnapshot").
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sender/event.h"

namespace roomle_sim {

// What Roomle does after an unsuccessful POST depends on the event's group.
enum class AfterFailure { fallback_mail };

struct EventGroup {
  std::string_view name;
  AfterFailure after_failure;
  std::string_view description;
};

struct EventType {
  std::string_view name;
  std::string_view trigger;
  const EventGroup* group;
  std::vector<std::string_view> required;  // members of data
  std::vector<std::string_view> optional;
};

enum class MemberKind { text, boolean, url, email };

struct DataMember {
  std::string_view name;
  MemberKind kind;
  std::string_view description;
};

// The members of data in the vendor's order.
std::span<const DataMember> data_members();
std::span<const EventType> event_types();
const EventType* find_event_type(std::string_view name);
// Names, for messages and "did you mean".
std::vector<std::string_view> event_names();

// An event with the vendor's example values, overlaid with `overrides` (a null removes a member),
// members in the vendor's order, ours-only ones refused. An unknown type is an error with a "did you
// mean". Where `url` is not given it is built from configurationId or itemId and configuratorId.
Result<Event> make_event(std::string_view type, const nlohmann::ordered_json& overrides);

// What is wrong with a body as a tenant receives it, one sentence each; empty when it is right.
std::vector<std::string> check_body(std::string_view body);

}  // namespace roomle_sim
