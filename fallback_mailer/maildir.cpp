#include "fallback_mailer/maildir.h"

#include <atomic>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "fallback_mailer/delivery_name.h"
#include "fallback_mailer/maildir_files.h"

namespace roomle_sim {
namespace {

namespace files = maildir_files;

struct FolderProblem {
  std::string path;
  std::error_code why;
};

std::optional<FolderProblem> make_folders(const std::string& folder) {
  for (const char* part : {"", "/tmp", "/new", "/cur"}) {
    const std::string path = folder + part;
    if (const std::error_code error = files::make_folder(path)) return FolderProblem{path, error};
  }
  return std::nullopt;
}

// Unlike the mail's name, this one is different each time: two that write the same mail at once
// must not write into one file.
std::string fresh_name(const std::string& name) {
  static std::atomic<unsigned> count{0};
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
  return fmt::format("{}.{}.{}.{}", name, ::getpid(), ++count, ticks);
}

MailError unavailable(const std::string& path, std::error_code why) {
  return {MailFault::unavailable,
          fmt::format("the mail cannot be written to {}: {}", path, why.message())};
}

// A mail reader moves mails from new to cur, so new is looked at first: whatever leaves it
// meanwhile is then found in cur.
bool stands(const std::string& folder, const std::string& name) {
  return files::holds(folder + "/new", name) || files::holds(folder + "/cur", name);
}

// Look and placing are one under the lock. file_exists: the mail stands already.
std::error_code place_once(const std::string& folder, const std::string& draft,
                           const std::string& name, Duration lock_limit) {
  const files::FolderLock lock(folder, lock_limit);
  if (lock.error()) return lock.error();
  if (stands(folder, name)) return std::make_error_code(std::errc::file_exists);
  return files::place(draft, folder + "/new/" + name);
}

}  // namespace

Result<std::unique_ptr<Maildir>> Maildir::open(std::string folder, MailSettings settings,
                                               Duration lock_limit) {
  Result<MailSettings> checked = check_settings(std::move(settings));
  if (!checked.ok()) return checked.error();
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (const auto problem = make_folders(folder)) {
    return Error{ErrorCode::unavailable, fmt::format("the mail folder {} cannot be made: {}",
                                                     problem->path, problem->why.message())};
  }
  return std::unique_ptr<Maildir>(
      new Maildir(std::move(folder), std::move(checked).value(), lock_limit));
}

Result<MailReceipt, MailError> Maildir::deliver(const FallbackMail& mail) {
  const Result<std::string, MailError> bytes = compose_mail(mail, settings_);
  if (!bytes.ok()) return bytes.error();
  const std::string name = delivery_name(mail.delivery) + ".eml";
  const std::string place = folder_ + "/new/" + name;
  const std::string draft = folder_ + "/tmp/" + fresh_name(name);
  // Again, since someone may have cleared the folder away while the simulator runs.
  if (const auto problem = make_folders(folder_)) return unavailable(problem->path, problem->why);
  if (const std::error_code error = files::write_new(draft, *bytes)) {
    return unavailable(draft, error);
  }

  const std::error_code error = place_once(folder_, draft, name, lock_limit_);
  if (error) {
    ::unlink(draft.c_str());
    if (error == std::errc::resource_unavailable_try_again) {
      return MailError{MailFault::unavailable,
                       fmt::format("the mail cannot be written to {}: another process holds the "
                                   "lock on {} (waited {})",
                                   place, folder_, humanize(lock_limit_))};
    }
    if (error != std::errc::file_exists) return unavailable(place, error);
  }
  files::flush_folder(folder_ + "/new");
  return MailReceipt{place};
}

}  // namespace roomle_sim
