// Names of headers, in ASCII whatever the locale.
#pragma once

#include <string_view>

namespace roomle_sim {

// A token: letters, digits and !#$%&'*+-.^_`|~ (RFC 9110, 5.6.2).
bool is_header_name(std::string_view text);

// Without regard to case (RFC 9110, 5.1); those of mails too.
bool same_header_name(std::string_view a, std::string_view b);

}  // namespace roomle_sim
