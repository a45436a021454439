// Mails to test with, and a second, independent look at composed messages: it knows no GMime.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sender/fallback_mailbox.h"

namespace roomle_sim::test {

// The vendor's example event of that type, for a tenant "Acme Furniture", after one status 503.
FallbackMail sample_mail(std::string_view type = "email.savedConfiguration");

// The types of the catalogue that have a mail.
const std::vector<std::string>& mailed_types();

struct RawMessage {
  std::vector<std::pair<std::string, std::string>> headers;  // unfolded, encoded words decoded
  std::string text;                                          // decoded content of the first part
  std::string html;                                          // and of the second

  [[nodiscard]] std::string header(std::string_view name) const;
  // The names in their order.
  [[nodiscard]] std::vector<std::string> names() const;
};

// Takes the bytes apart by hand: unfolding, encoded words, boundary, quoted-printable. Adds to the
// test's failures what does not look right.
RawMessage take_apart(const std::string& bytes);

// What is wrong with the bytes as RFC 5322 has them: lines too long (more than 998, or far more
// than the 78 that should do), CR, NUL and other control bytes, anything but ASCII.
std::vector<std::string> raw_problems(const std::string& bytes);

// Names in a folder, sorted; empty where there is none.
std::vector<std::string> names_in(const std::string& folder);

}  // namespace roomle_sim::test
