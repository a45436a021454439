// Tells when files change. The kernel tells us (inotify): nothing is polled.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenarios/port_probe.h"

namespace roomle_sim {

struct WatchedFiles {
  // By their paths; also such as are not there (yet), and those that links lead to. What counts is
  // that the name stands for another content: an editor may write into a file, replace it by
  // another one, or take it away for a while.
  std::set<std::string> files;
  // All *.json in these and in their subfolders, as find_scenario_files() looks for them.
  std::set<std::string> folders;
  // What is under one of these paths does not count: what we write ourselves.
  std::set<std::string> ignored;
};

// Threads: one.
class FileWatch {
 public:
  // unavailable: the kernel gives no (more) watches.
  static Result<std::unique_ptr<FileWatch>> start();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // From now on these, too. True where some of them were not watched before: what was read of them
  // may be old already, and is to be read again.
  Result<bool> watch(const WatchedFiles& wanted);

  // Blocks until one of them has changed, and then for as long as more changes follow at once: an
  // editor, or a version control system, makes several. False: a stop was requested.
  bool wait(const std::stop_token& stop);
  // Whether one of them has changed by now, without waiting.
  bool look();

 private:
  explicit FileWatch(int handle) : handle_(handle) {}

  struct Folder {
    bool all = false;             // every *.json in it, and every folder
    std::set<std::string> names;  // these
  };

  Result<bool> watch_file(const std::string& path);
  Result<bool> watch_folder(const std::string& path);
  Result<bool> add(const std::string& folder, const std::function<bool(Folder&)>& want);
  bool counts(const Folder& folder, const std::string& path, const std::string& name,
              std::uint32_t what) const;

  OwnedHandle handle_;
  std::map<int, std::string> paths_;       // of the watched folders, by the kernel's numbers
  std::map<std::string, Folder> folders_;  // by their paths
  std::set<std::string> ignored_;          // absolute
};

}  // namespace roomle_sim
