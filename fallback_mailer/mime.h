// MIME, as GMime writes and reads it: the only file that knows GMime. What a Roomle email says and
// which headers it carries is decided in message.h.
//
// Threads: every function may be called from many threads at once (inside, one at a time); GMime is
// started on first use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "fallback_mailer/mail_reader.h"

namespace roomle_sim {

struct MimeMail {
  std::string from_name;     // any one-line UTF-8
  std::string from_address;  // as parse_address gives it
  std::string to;            // likewise
  std::string subject;       // any one-line UTF-8
  TimePoint at;              // the Date header, in UTC and whole seconds
  std::string message_id;    // without < and >, and with an @
  std::string boundary;
  std::vector<std::pair<std::string, std::string>> headers;  // the rest, values one-line UTF-8
  std::string text;
  std::string html;
};

// A message with multipart/alternative content, lines ending in \n as a Maildir has them. The same
// input gives the same bytes.
std::string write_mime(const MimeMail& mail);

// Nothing when GMime finds no message in it.
std::optional<ReceivedMail> read_mime(std::string_view bytes);

// With the domain in its ASCII form (IDNA); unchanged where there is none.
std::string ascii_address(const std::string& address);

// Whether GMime's strict address parser finds this one mailbox in it, without a name, and the same.
bool reads_as_one_address(const std::string& address);

}  // namespace roomle_sim
