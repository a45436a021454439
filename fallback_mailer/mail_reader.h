// Reads a mail back: for expectations on mails, and for --json.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace roomle_sim {

// A mail, decoded to UTF-8. A header or part that the mail lacks is empty.
struct ReceivedMail {
  std::string from;  // the address alone
  std::string from_name;
  std::vector<std::string> to;  // addresses alone
  std::string subject;
  std::string text;  // the text/plain part, lines ending in \n
  std::string html;  // the text/html part
  // All headers of the message in their order, with decoded values.
  std::vector<std::pair<std::string, std::string>> headers;

  // The first header of that name (case does not count), or an empty text.
  [[nodiscard]] std::string header(std::string_view name) const;
};

// Errors: bad_input when it is no mail; unavailable when the file cannot be read. Threads: any.
Result<ReceivedMail> read_mail(std::string_view bytes);
Result<ReceivedMail> read_mail_file(const std::string& path);

// {"from":…,"fromName":…,"to":[…],"subject":…,"text":…,"html":…,"headers":{NAME:VALUE,…}}
nlohmann::ordered_json to_json(const ReceivedMail& mail);

}  // namespace roomle_sim
