#include "fallback_mailer/mime.h"

#include <memory>
#include <mutex>

#include <gmime/gmime.h>

#include "fallback_mailer/clean_text.h"
#include "sender/c_handle.h"

namespace roomle_sim {
namespace {

// Starts GMime and keeps it to one thread at a time. GMime has locks of its own, but glib's cannot
// be seen by the thread sanitizer, which then reports every block of memory that it hands from one
// thread to another; and a mail takes about a tenth of a millisecond, so that nobody waits for
// long.
std::unique_lock<std::mutex> use_gmime() {
  static std::mutex mutex;
  static std::once_flag once;
  std::unique_lock lock(mutex);
  std::call_once(once, g_mime_init);
  return lock;
}

template <class T>
using Owned = CHandle<T, g_object_unref>;
using OwnedText = CHandle<char, g_free>;
using ParserOptions = CHandle<GMimeParserOptions, g_mime_parser_options_free>;

ParserOptions strict_options() {
  ParserOptions options(g_mime_parser_options_new());
  g_mime_parser_options_set_address_compliance_mode(options.get(), GMIME_RFC_COMPLIANCE_STRICT);
  return options;
}

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : text;
}

// Quoted-printable: lines stay short whatever the length of a URL, and people can still read it.
Owned<GMimePart> text_part(const char* subtype, std::string_view content) {
  Owned<GMimePart> part(g_mime_part_new_with_type("text", subtype));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  const Owned<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(content.data(), content.size()));
  const Owned<GMimeDataWrapper> wrapper(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), wrapper.get());
  g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return part;
}

void set_date(GMimeMessage* message, TimePoint at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  GDateTime* date = g_date_time_new_from_unix_utc(seconds);
  g_mime_message_set_date(message, date);
  g_date_time_unref(date);
}

std::string part_text(GMimeObject* part) {
  if (!GMIME_IS_TEXT_PART(part)) return {};
  const OwnedText text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
  std::string lines;
  for (const char c : text_or_empty(text.get())) {
    if (c != '\r') lines += c;
  }
  return lines;
}

// The first part of each kind, in the order of the mail.
void collect(GMimeObject* /*parent*/, GMimeObject* part, gpointer into) {
  auto* mail = static_cast<ReceivedMail*>(into);
  GMimeContentType* type = g_mime_object_get_content_type(part);
  if (mail->text.empty() && g_mime_content_type_is_type(type, "text", "plain") != 0) {
    mail->text = part_text(part);
  } else if (mail->html.empty() && g_mime_content_type_is_type(type, "text", "html") != 0) {
    mail->html = part_text(part);
  }
}

// As it goes over the wire: GMime shows an international domain decoded, unless asked for this.
std::string mailbox_address(InternetAddress* mailbox) {
  return text_or_empty(internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(mailbox)));
}

void read_addresses(GMimeMessage* message, ReceivedMail& mail) {
  InternetAddressList* senders = g_mime_message_get_from(message);
  if (senders != nullptr && internet_address_list_length(senders) > 0) {
    InternetAddress* sender = internet_address_list_get_address(senders, 0);
    mail.from_name = text_or_empty(internet_address_get_name(sender));
    if (INTERNET_ADDRESS_IS_MAILBOX(sender)) {
      mail.from = mailbox_address(sender);
    }
  }
  InternetAddressList* to = g_mime_message_get_to(message);
  const int count = to == nullptr ? 0 : internet_address_list_length(to);
  for (int i = 0; i < count; ++i) {
    InternetAddress* one = internet_address_list_get_address(to, i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(one)) continue;
    mail.to.push_back(mailbox_address(one));
  }
}

void read_headers(GMimeObject* message, ReceivedMail& mail) {
  GMimeHeaderList* headers = g_mime_object_get_header_list(message);
  const int count = g_mime_header_list_get_count(headers);
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(headers, i);
    mail.headers.emplace_back(text_or_empty(g_mime_header_get_name(header)),
                              text_or_empty(g_mime_header_get_value(header)));
  }
}

}  // namespace

std::string write_mime(const MimeMail& mail) {
  const auto lock = use_gmime();
  const Owned<GMimeMessage> message(g_mime_message_new(FALSE));
  GMimeObject* object = GMIME_OBJECT(message.get());
  // GMime passes through what looks like an encoded word already: encode_words sees to it that
  // only our own do.
  const std::string name = encode_words(mail.from_name);
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_FROM,
                             name.empty() ? nullptr : name.c_str(), mail.from_address.c_str());
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_TO, nullptr, mail.to.c_str());
  g_mime_message_set_subject(message.get(), encode_words(mail.subject).c_str(), "utf-8");
  set_date(message.get(), mail.at);
  g_mime_message_set_message_id(message.get(), mail.message_id.c_str());
  for (const auto& [header, value] : mail.headers) {
    g_mime_object_append_header(object, header.c_str(), encode_words(value).c_str(), "utf-8");
  }

  const Owned<GMimeMultipart> parts(g_mime_multipart_new_with_subtype("alternative"));
  g_mime_multipart_set_boundary(parts.get(), mail.boundary.c_str());
  g_mime_multipart_add(parts.get(), GMIME_OBJECT(text_part("plain", mail.text).get()));
  g_mime_multipart_add(parts.get(), GMIME_OBJECT(text_part("html", mail.html).get()));
  g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(parts.get()));

  const OwnedText bytes(g_mime_object_to_string(object, nullptr));
  return bytes.get();
}

std::optional<ReceivedMail> read_mime(std::string_view bytes) {
  const auto lock = use_gmime();
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (message == nullptr) return std::nullopt;
  ReceivedMail mail;
  read_headers(GMIME_OBJECT(message.get()), mail);
  GMimeObject* content = g_mime_message_get_mime_part(message.get());
  // GMime keeps Content-Type and its like with the content, though they stand among the headers.
  if (content != nullptr) read_headers(content, mail);
  if (mail.headers.empty()) return std::nullopt;
  read_addresses(message.get(), mail);
  mail.subject = text_or_empty(g_mime_message_get_subject(message.get()));
  if (content != nullptr && GMIME_IS_MULTIPART(content)) {
    g_mime_multipart_foreach(GMIME_MULTIPART(content), collect, &mail);
  } else if (content != nullptr) {
    collect(nullptr, content, &mail);
  }
  return mail;
}

std::string ascii_address(const std::string& address) {
  const auto lock = use_gmime();
  const Owned<InternetAddress> mailbox(internet_address_mailbox_new(nullptr, address.c_str()));
  return mailbox_address(mailbox.get());
}

bool reads_as_one_address(const std::string& address) {
  const auto lock = use_gmime();
  const ParserOptions options = strict_options();
  InternetAddressList* parsed = internet_address_list_parse(options.get(), address.c_str());
  if (parsed == nullptr) return false;
  const Owned<InternetAddressList> list(parsed);
  if (internet_address_list_length(parsed) != 1) return false;
  InternetAddress* one = internet_address_list_get_address(parsed, 0);
  const bool named = !text_or_empty(internet_address_get_name(one)).empty();
  if (!INTERNET_ADDRESS_IS_MAILBOX(one) || named) return false;
  return address == mailbox_address(one);
}

}  // namespace roomle_sim
