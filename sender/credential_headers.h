// Which headers hold credentials, so that their values are kept and shown nowhere.
#pragma once

#include <string_view>

#include "sender/transport.h"

namespace roomle_sim {

// What stands for such a value.
inline constexpr std::string_view kNotKept = "(not kept)";

// By its name, without regard to case: Authorization, Cookie, Set-Cookie, and whatever names a key,
// a token, a secret or a password ("X-Api-Key", "X-Acme-Auth"). Rather one too many than one too
// few.
bool holds_credentials(std::string_view name);

// The same headers, each such value replaced by kNotKept. The event's own token stands in `token`:
// that header is left as it is, since it is what the simulator is about and proves nothing later.
Headers without_credentials(const Headers& headers, std::string_view token = {});

}  // namespace roomle_sim
