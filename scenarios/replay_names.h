// What the recordings of scenarios are called. No part of a name comes from where the tree of
// scenarios lies: recordings are kept under version control, and a checkout lies anywhere.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/scenario.h"

namespace roomle_sim {

constexpr std::string_view kReplayEnding = ".replay.json";

// After the scenario's file, with as many of its folders in front as it takes to tell files of one
// name apart. Only folders below the one that all of these lie in count, and one that lies directly
// in that has its bare name. But a longer name under which it was recorded beside others stays its
// own: so each of them can be compared by itself. Threads: none.
class ReplayNames {
 public:
  // `recordings`: the names of the files that are there.
  ReplayNames(const std::vector<Scenario>& scenarios, const std::set<std::string>& recordings);

  // Of one of these scenarios. Two of them may still have one name: those of one file's name in one
  // folder ("a.json", "a.txt"), and cases whose names were masked alike.
  [[nodiscard]] std::string of(const Scenario& scenario) const;

 private:
  struct Candidate {
    std::string name;
    std::size_t folders;  // how many of them are in it
  };
  struct File {
    std::vector<Candidate> candidates;  // the shortest first
    std::vector<std::string> endings;   // of its scenarios, as they are written and once were
    std::size_t folders = 0;            // below the one that all alike lie in
  };
  static std::vector<Candidate> candidates_of(const std::string& path);
  [[nodiscard]] std::string name_of(const std::string& path, const std::vector<std::string>& alike,
                                    const std::set<std::string>& recordings) const;

  std::set<std::string> recordings_;
  // By the scenarios' paths.
  std::map<std::string, File> files_;
  std::map<std::string, std::string> names_;
};

}  // namespace roomle_sim
