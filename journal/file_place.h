// Whether a file that is held open still stands where it was opened.
//
// A file whose folder was deleted, or exchanged for another, can still be written to, and nobody
// will ever find what is written. SQLite notices nothing of it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace roomle_sim {

// Threads: any number at once.
class FilePlace {
 public:
  // The file that is there now. `path` may be none, such as ":memory:": then nothing is watched.
  explicit FilePlace(std::string path);

  // False: it is gone, or another one stands in its place. Where the system cannot tell (the folder
  // may not be read just now) it is taken to be there.
  [[nodiscard]] bool holds() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  using Identity = std::pair<dev_t, ino_t>;
  std::string path_;
  std::optional<Identity> identity_;
};

}  // namespace roomle_sim
