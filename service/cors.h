// CORS of the vendor's routes (https://fetch.spec.whatwg.org/#http-cors-protocol). Pure.
#pragma once

#include <string>
#include <vector>

#include "sender/transport.h"

namespace roomle_sim {

// "GET, HEAD, OPTIONS": what a path serves, of its routes' methods.
std::string allow_list(const std::vector<std::string>& methods);

// What every answer to the vendor's client carries, whatever its status: a page may read it. No
// credentials go with it, since the vendor's client sends its token in a header of its own.
Headers cors_headers();

// What the answer to a preflight carries beside them. `asked`: the preflight's own headers.
Headers preflight_headers(const std::vector<std::string>& methods, const Headers& asked);

}  // namespace roomle_sim
