// The system calls behind Maildir. Errors are the system's own, as std::error_code.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "base/time.h"

namespace roomle_sim::maildir_files {

// Creates a folder, and those above it, where they are missing. What it has made is on the disk
// when it returns, as far as the file system can: its name in the folder above is.
std::error_code make_folder(const std::string& path);

// Writes a new file of that content and flushes it to the disk. On an error there is no such file.
std::error_code write_new(const std::string& path, std::string_view content);

// Gives the file `from` the name `to`, never over a file that has it: std::errc::file_exists then,
// and `from` stays.
std::error_code place(const std::string& from, const std::string& to);

// Flushes a folder's list of names to the disk, where its file system can.
void flush_folder(const std::string& path);

// The folder that a file or folder stands in.
std::string folder_above(const std::string& path);

// The name of a draft in DIR/tmp, different each time: two that write the same mail at once must
// not write into one file. `name` is the mail's own.
std::string draft_name(const std::string& name);

// Removes drafts (by draft_name()) that nobody has changed for a day and a half: whoever wrote them
// has ended before they had their place. The Maildir's rule has them removed at that age; whatever
// else is in the folder is let be.
void clear_stale_drafts(const std::string& folder);

// Holds the folder's lock against every other holder, in this process and in others.
class MaildirLock {
 public:
  // Waits for it, `limit` at most. Look at error() before relying on it: it is
  // std::errc::resource_unavailable_try_again where another one holds the lock all that time.
  MaildirLock(const std::string& folder, Duration limit);
  ~MaildirLock();
  MaildirLock(const MaildirLock&) = delete;
  MaildirLock& operator=(const MaildirLock&) = delete;
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  int descriptor_;
  std::error_code error_;
};

}  // namespace roomle_sim::maildir_files
