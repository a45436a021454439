// Which mails a Maildir holds, kept from one delivery to the next: reading both folders for each
// would make a mail the dearer the more there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "fallback_mailer/maildir_listing.h"

namespace roomle_sim {

// Every call is made under the Maildir's lock (maildir_files.h), by which all senders take turns:
// only mail readers change the folders meanwhile, and they make no new names. So a name that was
// neither found when the folders were last read nor placed since is not there, as long as no other
// sender has been at work. Whether one has is told by the folders' times of change: after each
// reading and placing they are set to the nanosecond, which the file system itself, whose clock
// ticks in milliseconds, cannot hit by chance. Where they cannot be set so (a folder of somebody
// else's, a file system with coarse times) the folders are read for each mail.
//
// Costs about 40 bytes a mail. Threads: any.
class MaildirNames {
 public:
  explicit MaildirNames(std::string maildir) : maildir_(std::move(maildir)) {}

  // Whether `name` stands in new/ or cur/, with or without a mail reader's flags.
  Result<bool, FolderProblem> holds(const std::string& name);
  // The caller has placed it in new/, after holds() had said no.
  void placed(std::string_view name);

 private:
  // A folder as it was when it was read.
  struct State {
    std::uint64_t device = 0;
    std::uint64_t file = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  static std::optional<State> state_of(const std::string& folder);
  static std::optional<State> stamp(const std::string& folder);

  [[nodiscard]] bool current() const;
  Result<bool, FolderProblem> read(std::string_view wanted);

  const std::string maildir_;
  // The lock of the Maildir is one between processes, which a thread's memory knows nothing of.
  std::mutex mutex_;
  std::optional<State> new_;
  std::optional<State> cur_;
  std::unordered_set<std::size_t> known_;  // hashes: what is found here is looked for by name
};

}  // namespace roomle_sim
