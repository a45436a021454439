// Which headers hold credentials, so that their values are kept and shown nowhere.
#pragma once

#include <string_view>

#include "sender/transport.h"

namespace roomle_sim {

// What stands for such a value.
inline constexpr std::string_view kNotKept = "(not kept)";

// The same headers, each value whose name speaks of a credential (base/credential_names.h) replaced
// by kNotKept. The event's own token stands in `token`:
// that header is left as it is, since it is what the simulator is about and proves nothing later.
Headers without_credentials(const Headers& headers, std::string_view token = {});

}  // namespace roomle_sim
