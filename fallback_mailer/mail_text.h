// What a Roomle email says: the wording of mail_wording.h filled in for one event. Pure.
#pragma once

#include <string>

#include "sender/event.h"
#include "tenants/tenant.h"

namespace roomle_sim {

// The tenant's shown name as one line; where nothing of it can be shown its unique name, or
// "Roomle".
std::string sender_name(const Tenant& tenant);

struct MailText {
  std::string subject;  // one line
  std::string text;     // lines ending in \n
  std::string html;     // a whole HTML document
};

// Reads of the event's data: `url`, `success` (only false says that it failed), `resultUrl` (of an
// export), and `message` (custom text for the mail; a form field of the share routes, pages
// "Configuration" and "PlanSnapshot"). A member that is absent or no text is left out.
//
// A failed event's mail says sorry and never links to the asset. Everything from outside is escaped
// in the HTML, and linked only when is_web_link() says so.
MailText mail_text(const Event& event, const Tenant& tenant);

}  // namespace roomle_sim
