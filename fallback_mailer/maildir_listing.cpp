#include "fallback_mailer/maildir_listing.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <sys/stat.h>

namespace roomle_sim {
namespace {

constexpr int kListingLooks = 10;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

class Folder {
 public:
  Folder(std::string path, FolderLinks links)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC |
                                              (links == FolderLinks::refused ? O_NOFOLLOW : 0))) {
    if (descriptor_ < 0 && errno != ENOENT) problem_ = FolderProblem{path_, last_error()};
  }
  ~Folder() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::optional<FolderProblem>& problem() const { return problem_; }

  [[nodiscard]] std::pair<std::time_t, long> changed_at() const {
    struct stat info {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &info) != 0) return {};
    return {info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
  }

  [[nodiscard]] std::optional<FolderProblem> each(
      const std::function<void(const MailFile&)>& see) const {
    if (descriptor_ < 0) return std::nullopt;
    const int copy = ::dup(descriptor_);  // closedir() closes it
    DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
    if (list == nullptr) {
      const std::error_code why = last_error();
      if (copy >= 0) ::close(copy);
      return FolderProblem{path_, why};
    }
    ::rewinddir(list);
    errno = 0;
    // glibc: safe, since no other thread has this stream.
    while (const dirent* one = ::readdir(list)) {  // NOLINT(concurrency-mt-unsafe)
      if (one->d_name[0] != '.') see({descriptor_, path_, one->d_name});
      errno = 0;
    }
    const std::error_code why = last_error();
    ::closedir(list);
    return why ? std::optional(FolderProblem{path_, why}) : std::nullopt;
  }

 private:
  const std::string path_;
  const int descriptor_;
  std::optional<FolderProblem> problem_;
};

}  // namespace

std::optional<FolderProblem> each_mail(const std::string& maildir, FolderLinks links,
                                       const std::function<void(const MailFile&)>& see) {
  const std::array<Folder, 2> folders{Folder(maildir + "/new", links),
                                      Folder(maildir + "/cur", links)};
  const auto changed_at = [&] {
    return std::pair(folders[0].changed_at(), folders[1].changed_at());
  };
  for (int look = 0; look < kListingLooks; ++look) {
    const auto before = changed_at();
    for (const Folder& folder : folders) {
      if (folder.problem()) return folder.problem();
      if (auto problem = folder.each(see)) return problem;
    }
    if (changed_at() == before) break;
  }
  return std::nullopt;
}

}  // namespace roomle_sim
