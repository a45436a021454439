#include "fallback_mailer/maildir.h"

#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "fallback_mailer/delivery_name.h"
#include "fallback_mailer/maildir_files.h"
#include "sender/shortage.h"

namespace roomle_sim {
namespace {

namespace files = maildir_files;

std::optional<FolderProblem> make_folders(const std::string& folder) {
  for (const char* part : {"", "/tmp", "/new", "/cur"}) {
    const std::string path = folder + part;
    if (const std::error_code error = files::make_folder(path)) return FolderProblem{path, error};
  }
  return std::nullopt;
}

MailError unavailable(const std::string& path, std::error_code why) {
  return {is_shortage(why.value()) ? MailFault::shortage : MailFault::unavailable,
          fmt::format("the mail cannot be written to {}: {}", path, why.message())};
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
  // They may have been made by one that ended before they were on the disk.
  files::flush_folder(files::folder_above(folder));
  files::flush_folder(folder);
  files::clear_stale_drafts(folder + "/tmp");
  return std::unique_ptr<Maildir>(
      new Maildir(std::move(folder), std::move(checked).value(), lock_limit));
}

// Look and placing are one under the lock. file_exists: the mail stands already.
std::error_code Maildir::place_once(const std::string& draft, const std::string& name) {
  const files::MaildirLock lock(folder_, lock_limit_);
  if (lock.error()) return lock.error();
  const auto stands = names_.holds(name);
  if (!stands) return stands.error().why;
  if (*stands) return std::make_error_code(std::errc::file_exists);
  const std::error_code error = files::place(draft, folder_ + "/new/" + name);
  if (!error) names_.placed(name);
  return error;
}

Result<MailReceipt, MailError> Maildir::deliver(const FallbackMail& mail) {
  const Result<std::string, MailError> bytes = compose_mail(mail, settings_);
  if (!bytes.ok()) return bytes.error();
  const std::string name = delivery_name(mail.delivery) + ".eml";
  const std::string place = folder_ + "/new/" + name;
  const std::string draft = folder_ + "/tmp/" + files::draft_name(name);
  // Again, since someone may have cleared the folder away while the simulator runs.
  if (const auto problem = make_folders(folder_)) return unavailable(problem->path, problem->why);
  if (const std::error_code error = files::write_new(draft, *bytes)) {
    return unavailable(draft, error);
  }

  const std::error_code error = place_once(draft, name);
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
