// The Roomle email as a whole message: who it is from, its headers, and what it says.
#pragma once

#include <string>

#include "base/result.h"
#include "sender/fallback_mailbox.h"

namespace roomle_sim {

struct MailSettings {
  // The sender's address; its display name is the tenant's. The vendor documents none, and the
  // default is under a domain that can never receive mail (RFC 2606).
  std::string from = "noreply@roomle.example";
};

// Fails when `settings.from` is no address: bad_input.
Result<MailSettings> check_settings(MailSettings settings);

// Pure: the same mail gives the same bytes, so that a mail composed again after a crash is the same
// mail. Lines end in \n. Nothing in the event, the tenant or the id can add a header or a part.
// Beside From, To, Subject, Date and Message-ID:
//
//   X-Roomle-Event            the event type
//   X-Roomle-Delivery         the delivery's id
//   X-Roomle-Fallback-Reason  describe(cause): "status 503", "timeout", "no_webhook", …
//   X-Roomle-Attempts         how many POSTs were made before
//   X-Roomle-Possibly-Second  "yes" when the tenant may have acted on one of them, so that this may
//   be
//                             the customer's second mail; else "no"
//   Auto-Submitted            auto-generated (RFC 3834): no out-of-office answers
//
// Fails with bad_address only. Threads: any.
Result<std::string, MailError> compose_mail(const FallbackMail& mail, const MailSettings& settings);

}  // namespace roomle_sim
