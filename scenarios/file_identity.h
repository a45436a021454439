// Whether two paths lead to one file.
#pragma once

#include <string>

namespace roomle_sim {

// The same text for all paths that lead to the same file: links are followed, and what is not there
// yet is found by the folder that it would lie in. The path itself where it is "-", or where it
// cannot be followed.
std::string file_identity(const std::string& path);

}  // namespace roomle_sim
