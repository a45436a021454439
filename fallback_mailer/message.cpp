#include "fallback_mailer/message.h"

#include "fallback_mailer/address.h"
#include "fallback_mailer/clean_text.h"
#include "fallback_mailer/delivery_name.h"
#include "fallback_mailer/mail_text.h"
#include "fallback_mailer/mime.h"

namespace roomle_sim {

Result<MailSettings> check_settings(MailSettings settings) {
  Result<MailAddress> from = parse_address(settings.from);
  if (!from.ok())
    return Error{ErrorCode::bad_input, "the sender's address: " + from.error().message};
  settings.from = from.value().text;
  return settings;
}

Result<std::string, MailError> compose_mail(const FallbackMail& mail,
                                            const MailSettings& settings) {
  const Result<MailAddress> to = parse_address(mail.event.email());
  if (!to.ok()) return MailError{MailFault::bad_address, to.error().message};

  const MailText words = mail_text(mail.event, mail.tenant);
  MimeMail mime;
  mime.from_name = sender_name(mail.tenant);
  mime.from_address = settings.from;
  mime.to = to->text;
  mime.subject = one_line(words.subject);
  mime.at = mail.at;
  mime.message_id = delivery_name(mail.delivery) + settings.from.substr(settings.from.rfind('@'));
  mime.boundary = delivery_boundary(mail.delivery);
  mime.headers = {
      {"X-Roomle-Event", one_line(mail.event.type)},
      {"X-Roomle-Delivery", one_line(mail.delivery)},
      {"X-Roomle-Fallback-Reason", one_line(describe(mail.cause))},
      {"X-Roomle-Attempts", std::to_string(mail.cause.attempts)},
      {"X-Roomle-Possibly-Second", mail.cause.ambiguous_attempts > 0 ? "yes" : "no"},
      {"Auto-Submitted", "auto-generated"},
  };
  mime.text = words.text;
  mime.html = words.html;
  return write_mime(mime);
}

}  // namespace roomle_sim
