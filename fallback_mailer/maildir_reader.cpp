#include "fallback_mailer/maildir_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include "fallback_mailer/maildir_listing.h"

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

// The plain files. `wanted`: that mail alone; empty: all of them.
Result<Entries> entries_of(const std::string& maildir, std::string_view wanted) {
  if (::access(maildir.c_str(), R_OK | X_OK) != 0) return unavailable(maildir, errno);
  Entries entries;
  const auto problem = each_mail(maildir, FolderLinks::refused, [&](const MailFile& file) {
    const std::string id(id_of(file.name));
    if (!is_id(id) || (!wanted.empty() && id != wanted)) return;
    struct stat info {};
    if (::fstatat(file.folder, file.name, &info, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (!S_ISREG(info.st_mode)) return;
    const TimePoint at(std::chrono::seconds(info.st_mtim.tv_sec) +
                       std::chrono::nanoseconds(info.st_mtim.tv_nsec));
    entries.insert_or_assign(id, MailEntry{id, fmt::format("{}/{}", file.path, file.name), at,
                                           static_cast<std::size_t>(info.st_size)});
  });
  if (problem) return unavailable(problem->path, problem->why.value());
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

Result<std::optional<std::string>> MaildirReader::read(const MailEntry& entry) const {
  auto bytes = content_of(entry.path);
  if (!bytes || *bytes) return bytes;
  return read(entry.id);
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
