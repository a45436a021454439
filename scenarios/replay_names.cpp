#include "scenarios/replay_names.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

// FNV-1a: two cases whose names are written alike in a file's name still have a file each.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

constexpr std::size_t kLongestName = 60;

std::string in_plain_letters(std::string_view text) {
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
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::string for_file_name(std::string_view text) {
  std::string name = in_plain_letters(text);
  name.resize(std::min(name.size(), kLongestName));
  while (name.ends_with('-')) name.pop_back();
  return name;
}

// Both ends of a long one: what tells cases apart mostly stands at the end.
std::string ends_for_file_name(std::string_view text) {
  const std::string name = in_plain_letters(text);
  if (name.size() <= kLongestName) return name;
  return fmt::format("{}--{}", name.substr(0, kLongestName / 3),
                     name.substr(name.size() - (kLongestName - kLongestName / 3 - 2)));
}

std::string ending_with(const std::string& name, const Scenario& scenario) {
  return fmt::format(".{}-{:08x}{}", name, hash_of(scenario.name), kReplayEnding);
}

// What stands behind that of the scenario's file.
std::string ending_of(const Scenario& scenario) {
  if (scenario.cases == 1) return std::string(kReplayEnding);
  return ending_with(ends_for_file_name(scenario.name), scenario);
}

// As it was once: recordings that are there keep their names.
std::string old_ending_of(const Scenario& scenario) {
  if (scenario.cases == 1) return std::string(kReplayEnding);
  return ending_with(for_file_name(scenario.name), scenario);
}

fs::path absolute_path(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return (error ? fs::path(path) : absolute).lexically_normal();
}

// For each of these files how many of its folders lie below the one that all of them lie in.
std::vector<std::size_t> folders_below_common(const std::vector<std::string>& paths) {
  std::vector<std::vector<fs::path>> folders;
  for (const std::string& path : paths) {
    const fs::path folder = absolute_path(path).parent_path();
    folders.emplace_back(folder.begin(), folder.end());
  }
  std::size_t common = folders.front().size();
  for (const auto& one : folders) {
    const auto end = folders.front().begin() + static_cast<std::ptrdiff_t>(common);
    const auto differs = std::mismatch(folders.front().begin(), end, one.begin(), one.end());
    common = static_cast<std::size_t>(differs.first - folders.front().begin());
  }
  std::vector<std::size_t> below;
  below.reserve(folders.size());
  for (const auto& one : folders) below.push_back(one.size() - common);
  return below;
}

}  // namespace

ReplayNames::ReplayNames(const std::vector<Scenario>& scenarios,
                         const std::set<std::string>& recordings)
    : recordings_(recordings) {
  std::map<std::string, std::vector<std::string>> alike;  // paths by their shortest name
  for (const Scenario& one : scenarios) {
    File& file = files_[one.path];
    file.endings.push_back(ending_of(one));
    file.endings.push_back(old_ending_of(one));
    if (!file.candidates.empty()) continue;
    file.candidates = candidates_of(one.path);
    alike[file.candidates.front().name].push_back(one.path);
  }
  for (const auto& [name, paths] : alike) {
    const std::vector<std::size_t> folders = folders_below_common(paths);
    for (std::size_t i = 0; i < paths.size(); ++i) files_.at(paths[i]).folders = folders[i];
    for (const std::string& path : paths) names_[path] = name_of(path, paths, recordings);
  }
}

std::string ReplayNames::of(const Scenario& scenario) const {
  const std::string& name = names_.at(scenario.path);
  std::string whole = name + ending_of(scenario);
  std::string old = name + old_ending_of(scenario);
  return !recordings_.contains(whole) && recordings_.contains(old) ? old : whole;
}

// The names that a file's recording may have: "a", "x.a", "tt.x.a", … Where something could not be
// written in a file's name, a hash of what it was tells it apart.
std::vector<ReplayNames::Candidate> ReplayNames::candidates_of(const std::string& path) {
  const fs::path absolute = absolute_path(path);
  std::string whole = absolute.stem().string();
  std::string name = for_file_name(whole);
  bool altered = name != whole;
  std::vector<Candidate> candidates{{name, 0}};
  if (altered) candidates.push_back({fmt::format("{}-{:08x}", name, hash_of(whole)), 0});
  std::size_t folders = 0;
  for (fs::path at = absolute.parent_path(); at.has_filename(); at = at.parent_path()) {
    const std::string folder = at.filename().string();
    const std::string written = for_file_name(folder);
    altered = altered || written != folder;
    whole = folder + "/" + whole;
    name = written + "." + name;
    ++folders;
    candidates.push_back(
        {altered ? fmt::format("{}-{:08x}", name, hash_of(whole)) : name, folders});
  }
  return candidates;
}

std::string ReplayNames::name_of(const std::string& path, const std::vector<std::string>& alike,
                                 const std::set<std::string>& recordings) const {
  std::set<std::string> taken;        // names that others can have
  std::set<std::string> taken_below;  // with folders below the common one alone
  for (const std::string& other : alike) {
    if (other == path) continue;
    const File& file = files_.at(other);
    for (const Candidate& one : file.candidates) {
      taken.insert(one.name);
      if (one.folders <= file.folders) taken_below.insert(one.name);
    }
  }
  const File& own = files_.at(path);
  std::string shortest;
  std::string longest;
  std::string recorded;  // the longest of those
  for (const Candidate& one : own.candidates) {
    const std::string& name = one.name;
    const bool below = one.folders <= own.folders;
    if (below) longest = name;
    if ((below ? taken_below : taken).contains(name)) continue;
    if (below && shortest.empty()) shortest = name;
    const bool is_recorded =
        std::any_of(own.endings.begin(), own.endings.end(),
                    [&](const std::string& ending) { return recordings.contains(name + ending); });
    if (is_recorded) recorded = name;
  }
  if (!recorded.empty()) return recorded;
  // All of its names are others', too: but none of those has the longest of them.
  return shortest.empty() ? longest : shortest;
}

}  // namespace roomle_sim
