#include "cli/run_watch.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "scenarios/file_watch.h"

namespace roomle_sim {
namespace {

class WatchLoop {
 public:
  WatchLoop(Console& console, const RunFlags& flags, const RunPlan& plan, FileWatch& watch,
            const CommandEnd& command_end, const KeepAlive& keep_alive)
      : console_(console),
        flags_(flags),
        plan_(plan),
        watch_(watch),
        command_end_(command_end),
        keep_alive_(keep_alive) {}

  int run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Result<std::vector<Scenario>> scenarios = load();
      if (!failure_) failure_ = plan_.reports.overwrites(kept_files(files_));
      if (failure_) return console_.fail(*failure_);
      const std::optional<Error> error = scenarios ? play(*scenarios, stop) : scenarios.error();
      if (error) tell(*error);
      if (stop.stop_requested()) break;
      tell_watching();
      if (!watch_.wait(stop)) break;
    }
    return exit_code::kInterrupted;
  }

 private:
  // Nothing is played without the endpoint: every scenario would tell of that, and of nothing else.
  std::optional<Error> play(const std::vector<Scenario>& scenarios, const std::stop_token& stop) {
    if (auto error = keep_alive_("while no scenario ran")) return error;
    if (stop.stop_requested()) return std::nullopt;
    const Result<int> code = play_round(console_, scenarios, plan_, stop, command_end_);
    if (!code) tell(code.error());
    return stop.stop_requested() ? std::nullopt : keep_alive_("during the run");
  }

  void tell(const Error& error) {
    console_.object({{"type", "error"}, {"message", error.message}});
    console_.fail(error);
  }

  // A file that is missing is waited for, and a folder without any.
  void tell_watching() {
    const WatchedFiles watched = wanted();
    const std::size_t files = watched.files.size();
    console_.object({{"type", "watching"}, {"files", files}});
    const bool folders = files == 0 && !watched.folders.empty();
    const std::size_t count = folders ? watched.folders.size() : files;
    console_.message(
        fmt::format("watching {}; Ctrl-C ends", plural(count, folders ? "folder" : "file")));
  }

  // Reads them with the watch on them: what is only found by reading is read again.
  Result<std::vector<Scenario>> load() {
    constexpr int kMostTimes = 5;  // each time something new: else they would change for ever
    bool told = false;             // what is odd about the files, once
    for (int i = 1;; ++i) {
      files_ = {};
      Console quiet;
      quiet.quiet = true;
      Result<std::vector<Scenario>> scenarios =
          flags_.choice.load(flags_.paths, flags_.seed, told ? quiet : console_, files_);
      told = true;
      const Result<bool> fresh = watch_.watch(wanted());
      if (!fresh) failure_ = fresh.error();
      if (!fresh || !*fresh || i == kMostTimes) return scenarios;
    }
  }

  [[nodiscard]] WatchedFiles wanted() const {
    WatchedFiles wanted;
    wanted.files = files_.read;
    for (const std::string& path : flags_.paths) {
      std::error_code error;
      (std::filesystem::is_directory(path, error) ? wanted.folders : wanted.files).insert(path);
    }
    for (const std::string& path : plan_.reports.paths()) wanted.ignored.insert(path);
    if (!plan_.replay.empty()) wanted.ignored.insert(plan_.replay);
    return wanted;
  }

  Console& console_;
  const RunFlags& flags_;
  const RunPlan& plan_;
  FileWatch& watch_;
  const CommandEnd& command_end_;
  const KeepAlive& keep_alive_;
  ChosenFiles files_;
  std::optional<Error> failure_;
};

}  // namespace

int run_and_watch(Console& console, const RunFlags& flags, const RunPlan& plan,
                  const std::stop_token& stop, const CommandEnd& command_end,
                  const KeepAlive& keep_alive) {
  auto watch = FileWatch::start();
  if (!watch) return console.fail(watch.error());
  return WatchLoop(console, flags, plan, **watch, command_end, keep_alive).run(stop);
}

}  // namespace roomle_sim
