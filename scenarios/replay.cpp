#include "scenarios/replay.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/json_text.h"
#include "scenarios/replay_form.h"
#include "scenarios/report_file.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view kEnding = ".replay.json";
constexpr std::size_t kMostDifferences = 50;  // of one scenario: then it is another traffic

// FNV-1a: two cases whose names are written alike in a file's name still have a file each.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string for_file_name(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '_');
    if (plain) {
      name += c;
    } else if (!name.empty() && !name.ends_with('-')) {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), kLongest));
  while (name.ends_with('-')) name.pop_back();
  return name;
}

// What stands behind that of the scenario's file.
std::string ending_of(const Scenario& scenario) {
  if (scenario.cases == 1) return std::string(kEnding);
  return fmt::format(".{}-{:08x}{}", for_file_name(scenario.name), hash_of(scenario.name), kEnding);
}

// The names that a file's recording may have, the shortest first: "a", "x.a", "tt.x.a", … Where
// something could not be written in a file's name, a hash of what it was tells it apart.
std::vector<std::string> names_for(const std::string& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error) absolute = path;
  std::string whole = absolute.stem().string();
  std::string name = for_file_name(whole);
  bool altered = name != whole;
  std::vector<std::string> names{name};
  if (altered) names.push_back(fmt::format("{}-{:08x}", name, hash_of(whole)));
  for (fs::path at = absolute.parent_path(); at.has_filename(); at = at.parent_path()) {
    const std::string folder = at.filename().string();
    const std::string written = for_file_name(folder);
    altered = altered || written != folder;
    whole = folder + "/" + whole;
    name = written + "." + name;
    names.push_back(altered ? fmt::format("{}-{:08x}", name, hash_of(whole)) : name);
  }
  return names;
}

// For each file of the scenarios the name of its recording: the shortest that none of the others
// can have. But a longer one under which it was recorded beside others stays its own: so each of
// them can be compared by itself.
class FileNames {
 public:
  FileNames(const std::vector<Scenario>& scenarios, const std::set<std::string>& recordings) {
    std::map<std::string, std::vector<std::string>> alike;  // paths by their shortest name
    for (const Scenario& one : scenarios) {
      endings_[one.path].push_back(ending_of(one));
      if (candidates_.contains(one.path)) continue;
      candidates_[one.path] = names_for(one.path);
      alike[candidates_[one.path].front()].push_back(one.path);
    }
    for (const auto& [name, paths] : alike) {
      for (const std::string& path : paths) names_[path] = name_of(path, paths, recordings);
    }
  }

  [[nodiscard]] std::string of(const Scenario& scenario) const {
    return names_.at(scenario.path) + ending_of(scenario);
  }

 private:
  [[nodiscard]] std::string name_of(const std::string& path, const std::vector<std::string>& alike,
                                    const std::set<std::string>& recordings) const {
    std::set<std::string> taken;
    for (const std::string& other : alike) {
      if (other == path) continue;
      taken.insert(candidates_.at(other).begin(), candidates_.at(other).end());
    }
    std::vector<std::string> own = candidates_.at(path);
    const std::string longest = own.back();
    std::erase_if(own, [&](const std::string& name) { return taken.contains(name); });
    if (own.empty()) return longest;
    const auto& endings = endings_.at(path);
    const auto is_recorded = [&](const std::string& name) {
      return std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) {
        return recordings.contains(name + ending);
      });
    };
    const auto recorded = std::find_if(own.rbegin(), own.rend(), is_recorded);
    return recorded == own.rend() ? own.front() : *recorded;
  }

  // By the scenarios' paths.
  std::map<std::string, std::vector<std::string>> candidates_;
  std::map<std::string, std::vector<std::string>> endings_;
  std::map<std::string, std::string> names_;
};

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
    if (name.ends_with(kEnding)) found.recordings.insert(std::move(name));
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
                             folder, kEnding)};
  }
  std::unique_ptr<Replay> replay(new Replay(folder, update || found->recordings.empty()));
  const FileNames names(scenarios, found->recordings);
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
    if (name.ends_with(kEnding) && !ours.contains(name)) strangers.push_back(at->path().string());
    at.increment(error);
  }
  std::sort(strangers.begin(), strangers.end());
  return strangers;
}

}  // namespace roomle_sim
