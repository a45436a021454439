// The access token of the inspector, from a file.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace roomle_sim {

// The file's text without the white space around it. Errors: bad_input, naming the file and never
// what is in it: one that cannot be read, or a token of fewer than 16 characters, of more than
// 4096, or with others than printable ASCII ones without space (it travels in a header).
Result<Secret> read_access_token(const std::string& path);

}  // namespace roomle_sim
