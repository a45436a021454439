// Lists and reads the mails of a Maildir, for the inspector.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace roomle_sim {

struct MailEntry {
  std::string id;    // the file's name without a mail reader's flags: a delivery's id and ".eml"
  std::string path;  // where it stands now, in new/ or cur/
  TimePoint at;      // when it was placed there
  std::size_t bytes = 0;
};

// A mail of ours has some kilobytes. A larger file was put there by somebody else, and is listed
// but not read into memory.
inline constexpr std::size_t kMailCap = std::size_t{8} * 1024 * 1024;

// Only plain files of new/ and cur/ themselves are mails: neither they nor the two folders may be
// symbolic links, so that nothing outside can be read. (The Maildir's own path may hold some: it is
// the user's.)
//
// Threads: every member may be called from any. Reads anew at each call: nothing is kept.
class MaildirReader {
 public:
  explicit MaildirReader(std::string folder) : folder_(std::move(folder)) {}

  // The newest first (by time, then by id). Errors: unavailable, the folder cannot be read.
  [[nodiscard]] Result<std::vector<MailEntry>> list() const;
  // Nothing: there is no such mail. An id that is no file's name ("../x") is none.
  [[nodiscard]] Result<std::optional<MailEntry>> find(const std::string& id) const;
  // The bytes as they stand, of a mail that list() or find() gave: opened where it stood then, and
  // looked for only if it has been moved since. Errors: unavailable (also a file beyond kMailCap);
  // nothing where it was deleted meanwhile.
  [[nodiscard]] Result<std::optional<std::string>> read(const MailEntry& entry) const;
  // The same of a mail that is only known by its id, which is looked for in both folders.
  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& id) const;

 private:
  std::string folder_;
};

}  // namespace roomle_sim
