// Where the Roomle email goes when the tenant's endpoint failed. Implemented in fallback_mailer/.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sender/delivery.h"
#include "sender/event.h"
#include "tenants/tenant.h"

namespace roomle_sim {

struct FallbackMail {
  std::string delivery;  // its id: the mail's file name and Message-ID come from it
  Event event;
  Tenant tenant;
  MailCause cause;
  TimePoint at;  // the Date header
};

enum class MailFault {
  bad_address,  // data.email is no address that can be mailed
  unavailable,  // the folder or the server would not take it
  shortage,     // this machine has no descriptor or no memory left just now: worth trying again
};

struct MailError {
  MailFault fault;
  std::string message;
};

struct MailReceipt {
  std::string where;  // a path, or the server's id
};

// Contract. Threads: called from many at once. Blocks until the mail is handed over or not. Handing
// over the same delivery's mail again gives the same receipt and leaves one mail. Never throws.
class FallbackMailbox {
 public:
  virtual ~FallbackMailbox() = default;
  virtual Result<MailReceipt, MailError> deliver(const FallbackMail& mail) = 0;
};

}  // namespace roomle_sim
