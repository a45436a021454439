// The inspector's routes for mails: list, one, raw, HTML.
#pragma once

#include <string>

#include "fallback_mailer/maildir_reader.h"
#include "service/router.h"

namespace roomle_sim {

// Threads: its routes are called from many at once. Lifetime: `mails` outlives it, and it outlives
// the server.
class InspectorMails {
 public:
  // Null: the mails go where they cannot be read back, and each route says so with a 404.
  explicit InspectorMails(const MaildirReader* mails) : mails_(mails) {}

  void add_routes(Router& router);

 private:
  ApiResponse list(const ApiRequest& request) const;
  ApiResponse show(const ApiRequest& request) const;
  ApiResponse raw(const ApiRequest& request) const;
  ApiResponse html(const ApiRequest& request) const;
  // The bytes of a mail, or why there are none.
  [[nodiscard]] Result<std::string, ApiProblem> read(const std::string& id) const;

  const MaildirReader* mails_;
};

}  // namespace roomle_sim
