// Whether an address can be mailed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace roomle_sim {

struct MailAddress {
  std::string text;  // pure ASCII, at most 254 characters: what stands between < and >
};

// Takes exactly one addr-spec as a web form's email field does (the vendor's configurator asks for
// the address in one): `local@domain`, without display name, comment, list or white space.
//
// - local part: a dot-atom (RFC 5322, 3.2.3) of at most 64 characters. A quoted one ("a b"@c) is
//   refused: web forms do not take it, and hardly a server does.
// - local part outside ASCII: refused. It needs SMTPUTF8 (RFC 6531) on every server on the way.
// - domain: letters, digits and hyphens in labels of at most 63; one label alone is fine
//   ("localhost"); address literals ([127.0.0.1]) and bare IP addresses are refused.
// - domain outside ASCII: taken, and written in its ASCII form (IDNA 2008, by libidn2 in GMime).
//
// The error is of bad_input, and says why in one sentence. Threads: any.
Result<MailAddress> parse_address(std::string_view text);

}  // namespace roomle_sim
