#include "scenarios/replay.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/json_text.h"
#include "scenarios/replay_form.h"
#include "scenarios/replay_names.h"
#include "scenarios/report_file.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMostDifferences = 50;  // of one scenario: then it is another traffic

struct Folder {
  bool any = false;  // something is in it
  std::set<std::string> recordings;
};

Result<Folder> look_into(const std::string& folder) {
  Folder found;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  if (error == std::errc::no_such_file_or_directory) return found;
  while (!error && at != fs::directory_iterator()) {
    found.any = true;
    std::string name = at->path().filename().string();
    if (name.ends_with(kReplayEnding)) found.recordings.insert(std::move(name));
    at.increment(error);
  }
  if (!error) return found;
  return Error{ErrorCode::unavailable, fmt::format("--replay: {}: {}", folder, error.message())};
}

}  // namespace

Result<std::unique_ptr<Replay>> Replay::open(const std::string& folder, bool update,
                                             const std::vector<Scenario>& scenarios) {
  const Result<Folder> found = look_into(folder);
  if (!found) return found.error();
  if (found->any && found->recordings.empty()) {
    return Error{ErrorCode::bad_input,
                 fmt::format("--replay: {} holds other things and no recording (*{}); "
                             "expected a folder for recordings alone",
                             folder, kReplayEnding)};
  }
  std::unique_ptr<Replay> replay(new Replay(folder, update || found->recordings.empty()));
  const ReplayNames names(scenarios, found->recordings);
  std::map<std::string, const Scenario*> taken;
  for (const Scenario& scenario : scenarios) {
    const std::string name = names.of(scenario);
    const auto [there, fresh] = taken.emplace(name, &scenario);
    if (!fresh) {
      return Error{ErrorCode::bad_input,
                   fmt::format("--replay: {} and {} would both be recorded as {}; "
                               "one of them needs another name",
                               there->second->path, scenario.path, name)};
    }
    replay->files_.emplace(&scenario, name);
  }
  return replay;
}

void Replay::take(ScenarioResult& result, const RunOptions& run) {
  using State = ScenarioResult::State;
  if (result.state != State::passed && result.state != State::failed) return;
  const ordered_json now = replay_form(result, run);
  if (!records_) compare(result, now);
  const std::lock_guard lock(mutex_);
  ++taken_;
  if (!records_) return;
  recorded_[files_.at(result.scenario)] = json_text(now, 2) + "\n";
}

void Replay::compare(ScenarioResult& result, const ordered_json& now) const {
  const std::string path = (fs::path(folder_) / files_.at(result.scenario)).string();
  const auto differs = [&](const Location& where, std::string name, std::string expected,
                           std::string actual) {
    result.state = ScenarioResult::State::failed;
    result.differences.push_back({where, std::move(name), std::move(expected), std::move(actual)});
  };
  std::error_code no_file;
  if (!fs::exists(path, no_file)) {
    return differs(result.scenario->where, "replay", "a recording",
                   fmt::format("none ({}); --replay-update records it", path));
  }
  const Result<Source> source = read_source(path);
  const ordered_json recorded = source ? json_from((*source)->text) : ordered_json();
  if (!recorded.is_object() || recorded.value("version", 0) != 1) {
    return differs(result.scenario->where, "replay", "a recording of version 1",
                   fmt::format("something else ({}); --replay-update records it anew", path));
  }
  // As it would be read back: bytes that are no UTF-8 are replaced in a file.
  const ordered_json as_written = json_from(json_text(now));
  const auto found = compare_replay(recorded, as_written);
  for (std::size_t i = 0; i < std::min(found.size(), kMostDifferences); ++i) {
    const bool there = found[i].send < result.sends.size();
    differs(there ? result.sends[found[i].send].where : result.scenario->where,
            "replay " + found[i].name, found[i].recorded, found[i].now);
  }
  if (found.size() > kMostDifferences) {
    differs(result.scenario->where, "replay", "as it was recorded",
            fmt::format("{} more differences", found.size() - kMostDifferences));
  }
}

std::optional<Error> Replay::finish() {
  const std::lock_guard lock(mutex_);
  if (recorded_.empty()) return std::nullopt;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) {
    return Error{ErrorCode::unavailable, fmt::format("--replay: {}: {}", folder_, error.message())};
  }
  for (const auto& [name, text] : recorded_) {
    const std::string path = (fs::path(folder_) / name).string();
    if (auto failed = write_report(text, path, "the recording")) return failed;
  }
  return std::nullopt;
}

std::vector<std::string> Replay::strangers() const {
  std::set<std::string> ours;
  for (const auto& [scenario, name] : files_) ours.insert(name);
  std::vector<std::string> strangers;
  std::error_code error;
  fs::directory_iterator at(folder_, error);
  while (!error && at != fs::directory_iterator()) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(kReplayEnding) && !ours.contains(name))
      strangers.push_back(at->path().string());
    at.increment(error);
  }
  std::sort(strangers.begin(), strangers.end());
  return strangers;
}

}  // namespace roomle_sim
