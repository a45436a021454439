// Opens the mailbox that `--mail` names.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "fallback_mailer/message.h"
#include "sender/fallback_mailbox.h"

namespace roomle_sim {

// Where the mails go unless told otherwise.
inline constexpr std::string_view kDefaultMailbox = "maildir:./roomle-mail";

// "SCHEME:REST". There is one scheme today: maildir:DIR. Errors: usage for an unknown scheme (with
// a "did you mean") or a missing DIR; unavailable where the folder cannot be made.
Result<std::unique_ptr<FallbackMailbox>> open_mailbox(std::string_view spec,
                                                      const MailSettings& settings = {});

}  // namespace roomle_sim
