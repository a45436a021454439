// Whether a name speaks of a credential: of a header, a variable, a flag, a query field. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomle_sim {

// Without regard to case: Authorization, Cookie, Set-Cookie, and whatever names a key, a token, a
// secret, a password or a signature ("X-Api-Key", "DB_PWD", "accessKey"). Rather one too many than
// one too few.
bool holds_credentials(std::string_view name);

// The same of a query field: there `code` is one, too (the key of an Azure Function; what an OAuth
// client redeems), which is a harmless name elsewhere.
bool holds_credentials_in_query(std::string_view name);

// What stands for a secret where something is shown.
inline constexpr std::string_view kMasked = "******";

struct Stretch {
  std::size_t begin = 0;  // bytes, from 0
  std::size_t end = 0;
};
// In their order, and those that overlap as one.
std::vector<Stretch> merged(std::vector<Stretch> stretches);

// Where a URL gives something away: its user info, and the values of query fields whose name,
// escaped or not, speaks of a credential; in their order, none of them empty. What else the text is
// does not matter: it need not be a URL that could be posted to. In time proportional to its size.
std::vector<Stretch> url_credentials(std::string_view text);

// The text with kMasked in place of each.
std::string without_url_credentials(std::string_view text);

}  // namespace roomle_sim
