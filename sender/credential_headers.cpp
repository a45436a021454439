#include "sender/credential_headers.h"

#include "base/credential_names.h"

namespace roomle_sim {

Headers without_credentials(const Headers& headers, std::string_view token) {
  Headers kept = headers;
  for (auto& [name, value] : kept) {
    if (holds_credentials(name) && (token.empty() || value != token)) value = kNotKept;
  }
  return kept;
}

}  // namespace roomle_sim
