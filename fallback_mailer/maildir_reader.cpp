#include "fallback_mailer/maildir_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

namespace roomle_sim {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

Error unavailable(const std::string& path, int why) {
  return {ErrorCode::unavailable, fmt::format("the mail folder {} cannot be read: {}", path,
                                              std::generic_category().message(why))};
}

// Without the flags that a mail reader adds: "d-01.eml:2,S".
std::string_view id_of(std::string_view name) {
  return name.substr(0, name.find(':'));
}

// What can be the name of a mail: a file's name, not hidden, without flags.
bool is_id(std::string_view id) {
  return !id.empty() && id.front() != '.' &&
         id.find_first_of(std::string_view("/:\0", 3)) == id.npos;
}

using Entries = std::map<std::string, MailEntry, std::less<>>;

// The plain files of one folder. `wanted`: that mail alone; empty: all of them.
std::optional<int> add_entries(int folder, const std::string& path, std::string_view wanted,
                               Entries& entries) {
  const int copy = ::dup(folder);  // closedir() closes it
  DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
  if (list == nullptr) {
    const int why = errno;
    if (copy >= 0) ::close(copy);
    return why;
  }
  ::rewinddir(list);
  // glibc: safe, since no other thread has this stream.
  while (const dirent* one = ::readdir(list)) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view name = one->d_name;
    const std::string_view id = id_of(name);
    if (!is_id(id) || (!wanted.empty() && id != wanted)) continue;
    struct stat info {};
    if (::fstatat(folder, one->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    const TimePoint at(std::chrono::seconds(info.st_mtim.tv_sec) +
                       std::chrono::nanoseconds(info.st_mtim.tv_nsec));
    entries.insert_or_assign(std::string(id),
                             MailEntry{std::string(id), fmt::format("{}/{}", path, name), at,
                                       static_cast<std::size_t>(info.st_size)});
  }
  ::closedir(list);
  return std::nullopt;
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

timespec changed_at(int folder) {
  struct stat info {};
  return ::fstat(folder, &info) == 0 ? info.st_mtim : timespec{};
}

// A list read while a mail reader renames in the folder may miss the renamed: it is read again
// then, though not for ever.
std::optional<Error> add_folder(const std::string& path, std::string_view wanted,
                                Entries& entries) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.ok()) {
    if (errno == ENOENT) return std::nullopt;  // cleared away: no mails
    return unavailable(path, errno);
  }
  for (int round = 0; round < 10; ++round) {
    const timespec before = changed_at(folder.get());
    Entries found;
    if (const auto why = add_entries(folder.get(), path, wanted, found)) {
      return unavailable(path, *why);
    }
    for (auto& [id, entry] : found) entries.insert_or_assign(id, std::move(entry));
    if (same_time(before, changed_at(folder.get()))) break;
  }
  return std::nullopt;
}

// A mail reader moves mails from new to cur, so new is looked at first: whatever leaves it
// meanwhile is then found in cur, where it stands in place of the first find.
Result<Entries> entries_of(const std::string& folder, std::string_view wanted) {
  if (::access(folder.c_str(), R_OK | X_OK) != 0) return unavailable(folder, errno);
  Entries entries;
  for (const char* part : {"/new", "/cur"}) {
    if (auto error = add_folder(folder + part, wanted, entries)) return *error;
  }
  return entries;
}

// Nothing: it is not there (any more), or no plain file. Neither the file nor its folder may have
// become a link since it was listed.
Result<std::optional<std::string>> content_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const Descriptor folder(
      ::open(path.substr(0, slash).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  // O_NONBLOCK: a named pipe that took the name since would hang.
  const Descriptor file(!folder.ok() ? -1
                                     : ::openat(folder.get(), path.c_str() + slash + 1,
                                                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) {
    if (errno == ENOENT || errno == ELOOP) return std::optional<std::string>();
    return unavailable(path, errno);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return unavailable(path, errno);
  if (!S_ISREG(info.st_mode)) return std::optional<std::string>();
  std::string bytes;
  std::array<char, 1 << 14> buffer{};
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unavailable(path, errno);
    if (count == 0) return std::optional(std::move(bytes));
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > kMailCap) return unavailable(path, EFBIG);
  }
}

}  // namespace

Result<std::vector<MailEntry>> MaildirReader::list() const {
  auto entries = entries_of(folder_, {});
  if (!entries) return entries.error();
  std::vector<MailEntry> mails;
  mails.reserve(entries->size());
  for (auto& [id, entry] : *entries) mails.push_back(std::move(entry));
  std::ranges::sort(mails, [](const MailEntry& a, const MailEntry& b) {
    return std::tie(b.at, b.id) < std::tie(a.at, a.id);
  });
  return mails;
}

Result<std::optional<MailEntry>> MaildirReader::find(const std::string& id) const {
  if (!is_id(id)) return std::optional<MailEntry>();
  auto entries = entries_of(folder_, id);
  if (!entries) return entries.error();
  const auto found = entries->find(id);
  if (found == entries->end()) return std::optional<MailEntry>();
  return std::optional(std::move(found->second));
}

Result<std::optional<std::string>> MaildirReader::read(const std::string& id) const {
  // It may be moved between the look and the opening; then it is looked for again.
  for (int round = 0; round < 10; ++round) {
    const auto entry = find(id);
    if (!entry) return entry.error();
    if (!*entry) return std::optional<std::string>();
    auto bytes = content_of((*entry)->path);
    if (!bytes || *bytes) return bytes;
  }
  return std::optional<std::string>();
}

}  // namespace roomle_sim
