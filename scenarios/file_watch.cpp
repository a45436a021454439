#include "scenarios/file_watch.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <poll.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

// Whole files only: while one is being written there is nothing to read in it.
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                   IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

// How long nothing more may happen before a change counts as over, and how long all of it may take.
constexpr int kQuietMilliseconds = 50;
constexpr std::chrono::seconds kLongestUnrest(2);

Error no_watch(const std::string& path, int error) {
  const std::string why = error == ENOSPC
                              ? std::string("the limit of /proc/sys/fs/inotify/max_user_watches")
                              : std::generic_category().message(error);
  return {ErrorCode::unavailable, fmt::format("--watch: {} cannot be watched: {}", path, why)};
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path full = fs::absolute(path, error);
  return (error ? fs::path(path) : full).lexically_normal().string();
}

bool lies_under(const std::string& path, const std::string& folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

bool is_looked_into(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return !name.starts_with('.') && name != "node_modules";
}

}  // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::start() {
  const int handle = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (handle < 0) return no_watch("nothing", errno);
  return std::unique_ptr<FileWatch>(new FileWatch(handle));
}

FileWatch::~FileWatch() = default;

Result<bool> FileWatch::watch(const WatchedFiles& wanted) {
  bool fresh = false;
  for (const std::string& path : wanted.ignored) ignored_.insert(absolute(path));
  for (const std::string& path : wanted.files) {
    const Result<bool> added = watch_file(path);
    if (!added) return added.error();
    fresh = *added || fresh;
  }
  for (const std::string& path : wanted.folders) {
    const Result<bool> added = watch_folder(path);
    if (!added) return added.error();
    fresh = *added || fresh;
  }
  return fresh;
}

// In the folder that holds it, since it may be replaced by another file; where there is no such
// folder, in the nearest one that is there, by the name of what is missing in it.
Result<bool> FileWatch::watch_file(const std::string& path) {
  bool fresh = false;
  std::error_code error;
  std::set<std::string> ways{absolute(path)};
  const fs::path target = fs::canonical(path, error);
  if (!error) ways.insert(target.string());  // its name may be a link
  for (const std::string& way : ways) {
    fs::path name = fs::path(way).filename();
    fs::path folder = fs::path(way).parent_path();
    while (!fs::is_directory(folder, error) && folder.has_relative_path()) {
      name = folder.filename();
      folder = folder.parent_path();
    }
    const Result<bool> added = add(folder.string(), [&](Folder& one) {
      return one.names.insert(name.string()).second && !one.all;
    });
    if (!added) return added.error();
    fresh = *added || fresh;
  }
  return fresh;
}

Result<bool> FileWatch::watch_folder(const std::string& path) {
  bool fresh = false;
  std::vector<fs::path> open{absolute(path)};
  while (!open.empty()) {
    const fs::path folder = std::move(open.back());
    open.pop_back();
    const Result<bool> added =
        add(folder.string(), [](Folder& one) { return !std::exchange(one.all, true); });
    if (!added) return added.error();
    fresh = *added || fresh;
    std::error_code error;
    fs::directory_iterator at(folder, error);
    while (!error && at != fs::directory_iterator()) {
      std::error_code gone;
      if (at->is_directory(gone) && !at->is_symlink(gone) && is_looked_into(at->path())) {
        open.push_back(at->path());
      }
      at.increment(error);
    }
  }
  return fresh;
}

Result<bool> FileWatch::add(const std::string& folder, const std::function<bool(Folder&)>& want) {
  const int number = inotify_add_watch(handle_.get(), folder.c_str(), kChanges);
  if (number < 0) {
    // It went away meanwhile: what is above it tells.
    if (errno == ENOENT || errno == ENOTDIR) return true;
    return no_watch(folder, errno);
  }
  // A number that was not there before is another folder, even where the path is the same.
  // One number under two paths (a link leads there) is one folder.
  const auto [watched, other] = paths_.emplace(number, folder);
  return want(folders_[watched->second]) || other;
}

bool FileWatch::wait(const std::stop_token& stop) {
  const OwnedHandle stopped(eventfd(0, EFD_CLOEXEC));
  const std::stop_callback wake(stop, [&stopped] { eventfd_write(stopped.get(), 1); });
  std::array<pollfd, 2> handles{pollfd{handle_.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}};
  bool changed = false;
  std::chrono::steady_clock::time_point limit;
  for (;;) {
    const bool over = changed && std::chrono::steady_clock::now() >= limit;
    const int ready =
        over ? 0 : poll(handles.data(), handles.size(), changed ? kQuietMilliseconds : -1);
    if (stop.stop_requested()) return false;
    if (ready == 0) return true;
    if (ready < 0 || !look() || changed) continue;
    changed = true;
    limit = std::chrono::steady_clock::now() + kLongestUnrest;
  }
}

bool FileWatch::look() {
  alignas(inotify_event) std::array<char, 64 * 1024> bytes{};
  bool changed = false;
  for (;;) {
    const ssize_t size = read(handle_.get(), bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return changed;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      // The kernel aligns each of them.
      const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);  // NOLINT
      at += sizeof(inotify_event) + event->len;
      if ((event->mask & IN_Q_OVERFLOW) != 0) changed = true;  // something was lost
      const auto watched = paths_.find(event->wd);
      if (watched == paths_.end()) continue;
      const std::string path = watched->second;
      const std::string name = event->len > 0 ? event->name : "";  // NOLINT: it ends with a zero
      changed = counts(folders_[path], path, name, event->mask) || changed;
      // The kernel has given it up; the name may come back as another folder.
      if ((event->mask & IN_IGNORED) != 0) {
        folders_.erase(path);
        paths_.erase(watched);
      }
    }
  }
}

bool FileWatch::counts(const Folder& folder, const std::string& path, const std::string& name,
                       std::uint32_t what) const {
  if ((what & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) return true;
  if (name.empty()) return false;
  const std::string full = (fs::path(path) / name).string();
  for (const std::string& one : ignored_) {
    if (lies_under(full, one)) return false;
  }
  if (folder.names.contains(name)) return true;
  if (!folder.all) return false;
  return (what & IN_ISDIR) != 0 ? is_looked_into(name)
                                : name.ends_with(".json") && !name.starts_with('.');
}

}  // namespace roomle_sim
