// What no report may take the place of: the files that a run reads, and its recordings.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace roomle_sim {

struct ChosenFiles;
struct RunFlags;

struct KeptFile {
  std::string path;
  std::string why;             // "is a file of this run, and would be overwritten"
  bool folder = false;         // all that is in it, and may come into it
  bool unless_report = false;  // but for a report of an earlier run, which is to be replaced
};

// Of the flags. `child`: the command behind '--'; those of its words that are files.
std::vector<KeptFile> kept_files(const RunFlags& flags,
                                 const std::optional<std::vector<std::string>>& child);
// Of the scenarios.
std::vector<KeptFile> kept_files(const ChosenFiles& files);

// Which of the paths would harm the file where they were written to. They are told by their
// file_identity(); so is the file, once for all of them, since there may be thousands of files.
std::optional<std::size_t> which_harms(const std::vector<std::string>& identities,
                                       const KeptFile& file);

}  // namespace roomle_sim
