// A folder for what a test writes.
#pragma once

#include <string>

namespace roomle_sim {

// Made where the system keeps such (TMPDIR), and gone with this object, whatever is in it. Throws
// std::runtime_error where there can be none.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Writes a file into it, with the folders that its name calls for, and gives its path.
  std::string file(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

// The bytes of a file; none where it cannot be read.
std::string content_of(const std::string& path);

}  // namespace roomle_sim
