// One look at the mails of a Maildir, while mail readers rename in it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <system_error>

namespace roomle_sim {

// A file of new/ or cur/, for as long as the call it is given to.
struct MailFile {
  int folder = -1;             // a descriptor of the folder, for fstatat() and its like
  const std::string& path;     // the folder's
  const char* name = nullptr;  // with a mail reader's flags: "d-01.eml:2,S"
};

struct FolderProblem {
  std::string path;
  std::error_code why;
};

// Whether new/ and cur/ may themselves be symbolic links.
enum class FolderLinks { followed, refused };

// Calls `see` for each name in DIR/new, then in DIR/cur, but for hidden ones. A folder that is not
// there holds none; one that cannot be read is a problem.
//
// No mail is missed: readers move mails from new to cur, so whatever leaves new meanwhile is seen
// in cur. Where a folder changed during the look it is taken again, though not for ever: a mail may
// be seen several times then, and where it was seen last is where it stands.
std::optional<FolderProblem> each_mail(const std::string& maildir, FolderLinks links,
                                       const std::function<void(const MailFile&)>& see);

}  // namespace roomle_sim
