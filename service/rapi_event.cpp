#include "service/rapi_event.h"

#include <fmt/format.h>

#include "sender/catalogue.h"
#include "sender/share_url.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// As make_event() takes it, which puts the members into the vendor's order.
ordered_json data_of(const std::string& email, const SharedThing& thing) {
  ordered_json data;
  data["email"] = email;
  data["configuratorId"] = nullptr;  // without the example's
  if (!thing.configurator_id.empty()) data["configuratorId"] = thing.configurator_id;
  // ASSUMPTION: what carries a plan snapshot's id is not documented; ours is configurationId.
  data[thing.what == Shared::item ? "itemId" : "configurationId"] = thing.id;
  return data;
}

// An id as one segment of a URL's path (RFC 3986; ':' may stand in one as it is).
std::string path_segment(std::string_view text) {
  std::string segment;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       std::string_view("-._~:").find(c) != std::string_view::npos;
    segment += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return segment;
}

}  // namespace

Result<Event> share_event(const ShareForm& form, const SharedThing& thing,
                          std::string_view share_base) {
  ordered_json data = data_of(form.email, thing);
  data["url"] = share_url(share_base, thing.id, thing.configurator_id, form.params);
  auto event = make_event(form.event, data);
  if (event) {
    event->message = form.message;
    event->language = thing.language;
  }
  return event;
}

Result<Event> export_event(const ExportForm& form, const SharedThing& thing,
                           std::string_view share_base, std::string_view result_base,
                           bool succeeded) {
  ordered_json data = data_of(form.email, thing);
  data["success"] = succeeded;
  data["url"] = share_url(share_base, thing.id, thing.configurator_id);
  if (succeeded) {
    // ASSUMPTION: of several formats the first one is linked to.
    data["resultUrl"] = fmt::format("{}{}{}.{}", result_base, result_base.ends_with('/') ? "" : "/",
                                    path_segment(thing.id), form.formats.front());
  }
  auto event = make_event("email.3DExportAsset", data);
  if (event) event->language = thing.language;
  return event;
}

}  // namespace roomle_sim
