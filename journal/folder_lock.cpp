#include "journal/folder_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace roomle_sim {
namespace {

// The process that holds it wrote its number, for people alone: " (process 1234)".
std::string holder(int fd) {
  std::array<char, 16> digits{};
  const ssize_t size = pread(fd, digits.data(), digits.size(), 0);
  const std::string_view text(digits.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::string_view number = text.substr(0, text.find_first_not_of("0123456789"));
  return number.empty() ? "" : fmt::format(" (process {})", number);
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::string& folder) {
  const std::string path = folder + "/journal.lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error{ErrorCode::unavailable,
                 fmt::format("cannot write in the data folder {}: {}; choose another with --data",
                             folder, std::generic_category().message(errno))};
  }
  FolderLock lock(fd);
  fchmod(fd, S_IRUSR | S_IWUSR);  // one that an earlier start left may be open to others
  // Not fcntl's lock, which a process loses when it closes any descriptor of the file.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::unavailable,
                 fmt::format("the data folder {} is in use by another roomle-sim{}; end that one, "
                             "or choose another folder with --data",
                             folder, holder(fd))};
  }
  const std::string number = fmt::format("{}\n", getpid());
  // Where the disk is full the number is missing, and the lock holds all the same.
  if (ftruncate(fd, 0) != 0 || pwrite(fd, number.data(), number.size(), 0) < 0) return lock;
  return lock;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace roomle_sim
