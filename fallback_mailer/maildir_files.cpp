#include "fallback_mailer/maildir_files.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace roomle_sim::maildir_files {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

std::error_code write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? std::error_code() : last_error();
}

std::error_code make_one(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) {
    flush_folder(folder_above(path));
    return {};
  }
  const std::error_code why = last_error();
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  return why == std::errc::file_exists ? std::make_error_code(std::errc::not_a_directory) : why;
}

// Of "NAME.eml.123.4.56789" the part behind "NAME.eml".
bool is_draft(std::string_view name) {
  constexpr std::string_view kEnding = ".eml.";
  const std::size_t at = name.rfind(kEnding);
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view rest = name.substr(at + kEnding.size());
  bool digits = false;  // at the end of what was read
  int numbers = 0;
  for (const char c : rest) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c != '.' || !digits)) return false;
    if (digit && !digits) ++numbers;
    digits = digit;
  }
  return digits && numbers == 3;
}

// flock() itself would wait for a holder that hangs without any limit, and the delivery with it.
std::error_code lock_within(int descriptor, Duration limit) {
  constexpr timespec kTenth{0, 100'000};
  constexpr timespec kLongest{0, 10'000'000};
  const auto until = std::chrono::steady_clock::now() + limit;
  // A holder that works is done within a millisecond: look often at first.
  for (int tries = 0; ::flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++tries) {
    const std::error_code why = last_error();
    if (why == std::errc::interrupted) continue;
    const bool held = why == std::errc::resource_unavailable_try_again;
    if (!held || std::chrono::steady_clock::now() >= until) return why;
    ::nanosleep(tries < 20 ? &kTenth : &kLongest, nullptr);
  }
  return {};
}

}  // namespace

std::error_code make_folder(const std::string& path) {
  const std::error_code error = make_one(path, kFolderMode);
  if (error != std::errc::no_such_file_or_directory) return error;
  // Those above are the user's, and open to whom the umask lets in.
  std::filesystem::path above;
  for (const std::filesystem::path& part : std::filesystem::path(folder_above(path))) {
    above /= part;
    if (const std::error_code why = make_one(above, 0777)) return why;
  }
  return make_one(path, kFolderMode);
}

std::error_code write_new(const std::string& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return last_error();
  std::error_code error = write_all(descriptor, content);
  // Some file systems tell of a full disk only here.
  if (::close(descriptor) != 0 && !error) error = last_error();
  if (error) ::unlink(path.c_str());
  return error;
}

std::error_code place(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // File systems without RENAME_NOREPLACE: a hard link is never made over a name either.
  if (errno != EINVAL && errno != ENOSYS) return last_error();
  if (::link(from.c_str(), to.c_str()) != 0) return last_error();
  ::unlink(from.c_str());
  return {};
}

void flush_folder(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

std::string folder_above(const std::string& path) {
  const std::string above = std::filesystem::path(path).parent_path();
  return above.empty() ? "." : above;
}

std::string draft_name(const std::string& name) {
  static std::atomic<unsigned> count{0};
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
  return fmt::format("{}.{}.{}.{}", name, ::getpid(), ++count, ticks);
}

void clear_stale_drafts(const std::string& folder) {
  constexpr auto kStale = std::chrono::hours(36);
  const auto now = std::filesystem::file_time_type::clock::now();
  std::error_code error;
  std::filesystem::directory_iterator one(folder, error);
  for (; !error && one != std::filesystem::directory_iterator(); one.increment(error)) {
    std::error_code gone;  // another process may clear at the same time
    if (!is_draft(one->path().filename().native())) continue;
    if (!std::filesystem::is_regular_file(one->symlink_status(gone))) continue;
    const auto changed = one->last_write_time(gone);
    if (!gone && now - changed > kStale) std::filesystem::remove(one->path(), gone);
  }
}

MaildirLock::MaildirLock(const std::string& folder, Duration limit)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    error_ = last_error();
    return;
  }
  error_ = lock_within(descriptor_, limit);
}

MaildirLock::~MaildirLock() {
  if (descriptor_ >= 0) ::close(descriptor_);  // which gives the lock back
}

}  // namespace roomle_sim::maildir_files
