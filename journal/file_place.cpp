#include "journal/file_place.h"

#include <cerrno>

#include <sys/stat.h>

namespace roomle_sim {

FilePlace::FilePlace(std::string path) : path_(std::move(path)) {
  struct stat now {};
  if (stat(path_.c_str(), &now) == 0) identity_ = Identity(now.st_dev, now.st_ino);
}

bool FilePlace::holds() const {
  if (!identity_) return true;
  struct stat now {};
  if (stat(path_.c_str(), &now) == 0) return *identity_ == Identity(now.st_dev, now.st_ino);
  return errno != ENOENT && errno != ENOTDIR;
}

}  // namespace roomle_sim
