#include "fallback_mailer/memory_mailbox.h"

#include <algorithm>
#include <iterator>

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

std::vector<StoredMail> MemoryMailbox::list_of(const std::string& delivery) const {
  const std::lock_guard lock(mutex_);
  std::vector<StoredMail> found;
  std::copy_if(mails_.begin(), mails_.end(), std::back_inserter(found),
               [&](const StoredMail& one) { return one.delivery == delivery; });
  return found;
}

}  // namespace roomle_sim
