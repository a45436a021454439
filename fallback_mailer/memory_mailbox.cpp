#include "fallback_mailer/memory_mailbox.h"

#include <algorithm>

#include "fallback_mailer/delivery_name.h"

namespace roomle_sim {

Result<MailReceipt, MailError> MemoryMailbox::deliver(const FallbackMail& mail) {
  Result<std::string, MailError> bytes = compose_mail(mail, settings_);
  if (!bytes.ok()) return bytes.error();
  const std::lock_guard lock(mutex_);
  const bool stands = std::any_of(mails_.begin(), mails_.end(), [&](const StoredMail& one) {
    return one.delivery == mail.delivery;
  });
  if (!stands) mails_.push_back({mail.delivery, std::move(bytes).value()});
  return MailReceipt{"memory:" + delivery_name(mail.delivery)};
}

std::vector<StoredMail> MemoryMailbox::list() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

}  // namespace roomle_sim
