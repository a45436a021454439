#include "scenarios/report_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

namespace roomle_sim {
namespace {

Error not_written(std::string_view what, const std::string& path, int error) {
  return {ErrorCode::unavailable, fmt::format("{} {} cannot be written: {}", what, path,
                                              std::generic_category().message(error))};
}

bool write_all(int handle, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(handle, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Where a report goes.
struct Target {
  enum class Kind { standard_output, replaced, written_into };
  Kind kind = Kind::replaced;
  std::string path;            // what is replaced or opened: never a link, where it is replaced
  std::optional<mode_t> mode;  // of the file that stands there
};

// 0 or an errno. Follows the links of `path`, also to where nothing stands yet.
int follow_links(const std::string& path, std::string& target) {
  constexpr int kMostLinks = 40;  // as the kernel
  std::filesystem::path at = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    std::error_code error;
    const std::filesystem::path link = std::filesystem::read_symlink(at, error);
    if (error) {  // EINVAL: it is none
      target = at.string();
      return error.value() == EINVAL || error.value() == ENOENT ? 0 : error.value();
    }
    at = at.parent_path() / link;  // an absolute one replaces it all
  }
  return ELOOP;
}

// 0 or an errno. What is no plain file (a FIFO, a terminal, /dev/null) is never replaced; nor is
// the file that stdout goes to, by whatever name, nor one that only /proc knows.
int find_target(const std::string& path, Target& target) {
  target.path = path;
  if (path == "-") target.kind = Target::Kind::standard_output;
  if (path == "-") return 0;
  struct stat there {};
  if (stat(path.c_str(), &there) != 0) {
    return errno == ENOENT ? follow_links(path, target.path) : errno;
  }
  if (S_ISDIR(there.st_mode)) return EISDIR;
  struct stat output {};
  if (fstat(STDOUT_FILENO, &output) == 0 && output.st_dev == there.st_dev &&
      output.st_ino == there.st_ino) {
    target.kind = Target::Kind::standard_output;
    return 0;
  }
  // The rename would not ask whether the file may be written, only whether its folder may.
  if (faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) return errno;
  target.kind = Target::Kind::written_into;
  if (!S_ISREG(there.st_mode)) return 0;
  std::string file;
  if (const int error = follow_links(path, file); error != 0) return error;
  struct stat found {};
  if (lstat(file.c_str(), &found) != 0 || found.st_ino != there.st_ino ||
      found.st_dev != there.st_dev || file.starts_with("/proc/")) {
    return 0;
  }
  target = {Target::Kind::replaced, file, there.st_mode & 0777U};
  return 0;
}

// A new file beside `path`, with the rights that the user's umask gives: its handle, and its name
// in `name`. -1 and errno where there is none.
int open_beside(const std::string& path, std::string& name) {
  constexpr int kMostNames = 100;
  int handle = -1;
  for (int i = 0; i < kMostNames; ++i) {
    name = fmt::format("{}.{}.{}.tmp", path, getpid(), i);
    handle = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (handle >= 0 || errno != EEXIST) break;
  }
  return handle;
}

// 0 or an errno, as the next one.
int replace(const Target& target, std::string_view text) {
  std::string name;
  const int handle = open_beside(target.path, name);
  if (handle < 0) return errno;
  int error = write_all(handle, text) && fsync(handle) == 0 ? 0 : errno;
  if (error == 0 && target.mode && fchmod(handle, *target.mode) != 0) error = errno;
  if (close(handle) != 0 && error == 0) error = errno;
  struct stat now {};
  if (error == 0 && lstat(target.path.c_str(), &now) == 0 && !S_ISREG(now.st_mode)) {
    error = S_ISDIR(now.st_mode) ? EISDIR : EEXIST;  // it came meanwhile
  }
  if (error == 0 && rename(name.c_str(), target.path.c_str()) != 0) error = errno;
  if (error != 0) unlink(name.c_str());
  return error;
}

int write_into(const Target& target, std::string_view text) {
  const int handle = open(target.path.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
  if (handle < 0) return errno;
  int error = write_all(handle, text) ? 0 : errno;
  if (close(handle) != 0 && error == 0) error = errno;
  return error;
}

int deliver(const Target& target, std::string_view text) {
  switch (target.kind) {
    case Target::Kind::standard_output:
      return write_all(STDOUT_FILENO, text) ? 0 : errno;
    case Target::Kind::written_into:
      return write_into(target, text);
    case Target::Kind::replaced:
      break;
  }
  return replace(target, text);
}

}  // namespace

std::optional<Error> check_report_path(const std::string& path) {
  Target target;
  if (const int error = find_target(path, target); error != 0) {
    return not_written("the report", path, error);
  }
  // Anything else is not opened: the reader of a FIFO would take that for the whole report.
  if (target.kind != Target::Kind::replaced) return std::nullopt;
  std::string name;
  const int handle = open_beside(target.path, name);
  if (handle < 0) return not_written("the report", path, errno);
  close(handle);
  unlink(name.c_str());
  return std::nullopt;
}

std::optional<Error> write_report(const std::string& text, const std::string& path,
                                  std::string_view what) {
  Target target;
  int error = find_target(path, target);
  if (error == 0) error = deliver(target, text);
  if (error == 0) return std::nullopt;
  return not_written(what, path, error);
}

}  // namespace roomle_sim
