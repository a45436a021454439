// Other files that a scenario file takes in.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/json_reader.h"
#include "tenants/registry.h"

namespace roomle_sim {

// A relative path is meant from the folder of the file in which it stands.
std::string path_beside(const Location& where, const std::string& path);

// A file as JSON, got from `sources.file`; a mistake where it cannot be read is told at `where`,
// one in it at its place.
std::optional<JsonNode> load_included(const Location& where, const std::string& path,
                                      const SecretSources& sources, Diagnostics& diagnostics);

// What a scenario's own "include" (a path, or a list of them) stands for: the members of those
// files. The later file counts, and the scenario's own members before all. "variables" come
// together one by one, "tags" as one list. An included file may include others. Mistakes: a file
// that cannot be read, is no object, has a name of its own, or includes itself.
// `files`: those that were taken in, or could not be.
struct WithIncludes {
  JsonNode root;
  bool complete = true;  // else a file could not be taken in, whose members nobody knows
};
WithIncludes take_includes(JsonNode root, const SecretSources& sources, Diagnostics& diagnostics,
                           std::set<std::string>& files);

}  // namespace roomle_sim
