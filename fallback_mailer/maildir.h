// A folder of mails, one file each (https://cr.yp.to/proto/maildir.html), as mutt, Dovecot and most
// mail programs read it.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include "base/result.h"
#include "base/time.h"
#include "fallback_mailer/maildir_names.h"
#include "fallback_mailer/message.h"
#include "sender/fallback_mailbox.h"

namespace roomle_sim {

// A mail is written to DIR/tmp, flushed to the disk, and only then given its place in DIR/new, at
// once and whole. Its name comes from the delivery's id alone (delivery_name.h), and a name that
// stands in DIR/new or DIR/cur already (there perhaps with a mail reader's flags, "NAME:2,S") is
// not written again: a delivery has one mail, however often it is handed over, by however many
// threads and processes, before and after a crash. A mail that someone deleted is written again.
//
// Between look and placing, a lock on the folder DIR (flock) keeps other senders out; mail readers
// take no notice of it. Mails and folders are for their owner alone (0600, 0700). What a mail costs
// does not grow with those that are there (maildir_names.h), unless two processes take turns.
//
// Whoever holds that lock all the time is waited for `lock_limit` long: MailFault::unavailable
// then.
//
// Threads: any number at once. Lifetime: nothing is held open between calls.
class Maildir : public FallbackMailbox {
 public:
  // Well below the minute that a mail may take.
  static constexpr Duration kLockLimit = std::chrono::seconds(20);

  // Creates DIR and DIR/tmp, new and cur where they are missing, and clears away the drafts in
  // DIR/tmp that a killed sender left more than 36 hours ago. Errors: unavailable, with the
  // system's own reason; bad_input for settings that check_settings() refuses.
  static Result<std::unique_ptr<Maildir>> open(std::string folder, MailSettings settings = {},
                                               Duration lock_limit = kLockLimit);

  // The receipt is DIR/new/NAME, where the mail was placed, also after a mail reader moved it. When
  // it fails, no part of the mail is left in any of the folders.
  Result<MailReceipt, MailError> deliver(const FallbackMail& mail) override;

 private:
  Maildir(std::string folder, MailSettings settings, Duration lock_limit)
      : folder_(std::move(folder)),
        settings_(std::move(settings)),
        lock_limit_(lock_limit),
        names_(folder_) {}
  std::error_code place_once(const std::string& draft, const std::string& name);

  const std::string folder_;
  const MailSettings settings_;
  const Duration lock_limit_;
  MaildirNames names_;
};

}  // namespace roomle_sim
