#include "scenarios/file_identity.h"

#include <filesystem>
#include <system_error>

namespace roomle_sim {

std::string file_identity(const std::string& path) {
  if (path == "-") return path;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) return path;
  const auto canonical = std::filesystem::weakly_canonical(absolute, error);
  return error ? path : canonical.string();
}

}  // namespace roomle_sim
