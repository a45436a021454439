#include "fallback_mailer/maildir_names.h"

#include <ctime>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

#include <sys/stat.h>

namespace roomle_sim {
namespace {

constexpr int kNameLooks = 10;

std::string_view without_flags(std::string_view name) {
  return name.substr(0, name.find(':'));
}

std::size_t hash_of(std::string_view name) {
  return std::hash<std::string_view>{}(name);
}

}  // namespace

std::optional<MaildirNames::State> MaildirNames::state_of(const std::string& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return std::nullopt;
  return State{info.st_dev, info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

std::optional<MaildirNames::State> MaildirNames::stamp(const std::string& folder) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const timespec times[2] = {{0, UTIME_OMIT}, now};
  if (::utimensat(AT_FDCWD, folder.c_str(), times, 0) != 0) return std::nullopt;
  const auto state = state_of(folder);
  const bool kept = state && state->seconds == now.tv_sec && state->nanoseconds == now.tv_nsec;
  return kept ? state : std::nullopt;
}

bool MaildirNames::current() const {
  return new_ && cur_ && new_ == state_of(maildir_ + "/new") && cur_ == state_of(maildir_ + "/cur");
}

// The stamps come first: whatever changes from then on is seen by them.
Result<bool, FolderProblem> MaildirNames::read(std::string_view wanted) {
  new_ = stamp(maildir_ + "/new");
  cur_ = stamp(maildir_ + "/cur");
  known_.clear();
  bool found = false;
  auto problem = each_mail(maildir_, FolderLinks::followed, [&](const MailFile& file) {
    const std::string_view name = without_flags(file.name);
    known_.insert(hash_of(name));
    found = found || name == wanted;
  });
  if (!problem) return found;
  new_.reset();
  return *std::move(problem);
}

Result<bool, FolderProblem> MaildirNames::holds(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (::access((maildir_ + "/new/" + name).c_str(), F_OK) == 0) return true;
  if (current() && !known_.contains(hash_of(name))) return false;
  for (int look = 1;; ++look) {
    auto found = read(name);
    // Changed meanwhile: a look that found nothing may have missed it.
    const bool again = found && !*found && new_ && cur_ && !current() && look < kNameLooks;
    if (!again) return found;
  }
}

void MaildirNames::placed(std::string_view name) {
  const std::lock_guard lock(mutex_);
  known_.insert(hash_of(name));
  // What a mail reader changes in new between holds() and here is hidden by this. It can only have
  // taken a mail away, and a known name is looked for anew; one that it moved shows in cur.
  if (new_) new_ = stamp(maildir_ + "/new");
}

}  // namespace roomle_sim
