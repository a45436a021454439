// Keeps a data folder to one process: a second one must not drive the same deliveries again.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace roomle_sim {

// Held as long as this object lives, and let go by the system when the process ends, however it
// ends. Threads: none.
class FolderLock {
 public:
  // Locks FOLDER/journal.lock, which stays there. Refused where another process holds it (or this
  // one, a second time), or where the folder cannot be written in.
  static Result<FolderLock> take(const std::string& folder);

  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace roomle_sim
