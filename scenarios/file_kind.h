// What a JSON file is meant for, told from its members: folders hold more than scenarios.
#pragma once

#include <string>
#include <string_view>

#include "base/json_reader.h"

namespace roomle_sim {

enum class FileKind { scenario, tenants, behavior, other, no_json };

// A scenario has `name`, `steps`, and `tenants` or `tenantsFile`, or takes them from files that it
// names in `include`. An object with `steps`, or with the other two, counts as one, so that a
// forgotten or misspelt member is still told as a mistake. Of the rest, an object with `tenants`
// (and no `endpoint`) is a tenants file, one with `sequence` or `refuse` an endpoint's behaviour,
// and anything else is other.
FileKind kind_of(const JsonNode& root);

// The same of a file. One that cannot be read, or is no JSON but has the word `"steps"`, is a
// scenario: reading it tells why. Of what else is no JSON, nobody says that it is one.
FileKind kind_of_file(const std::string& path);

// "this looks like a tenants file"; a sentence for a file that is no scenario.
std::string_view describe(FileKind kind);
// The command that takes such a file; empty where there is none.
std::string_view command_for(FileKind kind);

}  // namespace roomle_sim
