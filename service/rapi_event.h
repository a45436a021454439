// The event that an accepted share or 3d-export sets off (Webhook documentation: the members of
// `data`). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sender/event.h"
#include "service/rapi_form.h"

namespace roomle_sim {

// What was shared or exported, and where from.
struct SharedThing {
  Shared what = Shared::configuration;
  std::string id;               // of the path; its member in `data` is itemId or configurationId
  std::string configurator_id;  // the header `configurator`; empty: not in the event
  std::string language;         // the header `language`, for the mail; may be empty
};

// `share_base`: of the link in `url`, which has the form's params too.
Result<Event> share_event(const ShareForm& form, const SharedThing& thing,
                          std::string_view share_base);

// `result_base`: of the link in `resultUrl`, with a slash at its end or not; an export that did not
// succeed has no such link.
Result<Event> export_event(const ExportForm& form, const SharedThing& thing,
                           std::string_view share_base, std::string_view result_base,
                           bool succeeded);

}  // namespace roomle_sim
