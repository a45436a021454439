// A mailbox in memory, for scenarios and tests. It composes as the Maildir does.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "fallback_mailer/message.h"
#include "sender/fallback_mailbox.h"

namespace roomle_sim {

struct StoredMail {
  std::string delivery;
  std::string bytes;  // the message, as read_mail() takes it
};

// Threads: any number at once.
class MemoryMailbox : public FallbackMailbox {
 public:
  // `settings` as check_settings() gives them back.
  explicit MemoryMailbox(MailSettings settings = {}) : settings_(std::move(settings)) {}

  // The receipt is "memory:" and the delivery's name.
  Result<MailReceipt, MailError> deliver(const FallbackMail& mail) override;
  // All mails so far, in the order in which they came.
  [[nodiscard]] std::vector<StoredMail> list() const;
  // Those of one delivery.
  [[nodiscard]] std::vector<StoredMail> list_of(const std::string& delivery) const;

 private:
  const MailSettings settings_;
  mutable std::mutex mutex_;
  std::vector<StoredMail> mails_;
};

}  // namespace roomle_sim
