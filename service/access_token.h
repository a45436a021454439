// The access token of the inspector, as it stands in a file.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace roomle_sim {

// The text of the file `path` without the white space around it. Errors: bad_input, naming the file
// and never what is in it: a token of fewer than 16 characters, of more than 4096, or with others
// than printable ASCII ones without space (it travels in a header).
Result<Secret> parse_access_token(std::string_view text, const std::string& path);

}  // namespace roomle_sim
