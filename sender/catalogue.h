// The event catalogue as data (Webhook documentation, and the pages "Configuration",
// "PlanSnapshot").
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
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

// An event with example values (those of the vendor's published example), overlaid with
// `overrides`:
// - members come out in the vendor's order; a null removes one;
// - itemId replaces the example's configurationId, unless both are given;
// - `url` is built from the id and configuratorId (sender/share_url.h) where it is not given;
// - success: false drops the example's resultUrl: a failed export has no asset to link to.
// Errors (bad_input): an unknown type or member, with a "did you mean"; a member of the wrong kind.
// A missing required member is no error: a tenant may want to see what his endpoint makes of it.
Result<Event> make_event(std::string_view type, const nlohmann::ordered_json& overrides,
                         const std::vector<std::pair<std::string, std::string>>& url_extra = {});

// What is wrong with a body as a tenant receives it, one sentence each; empty when it is right.
std::vector<std::string> check_body(std::string_view body);

}  // namespace roomle_sim
