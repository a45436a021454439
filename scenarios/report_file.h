// Writes a report to where the user wants it, carefully.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace roomle_sim {

// Writes the file whole or not at all (a temporary file beside it, then a rename; a link stays, and
// the file it leads to is replaced). A FIFO or a device is written into, and "-" is stdout.
// unavailable: where it cannot be written; nothing is left of a file then.
// `what` it is called then.
std::optional<Error> write_report(const std::string& text, const std::string& path,
                                  std::string_view what = "the report");
// The same error, before anything has run.
std::optional<Error> check_report_path(const std::string& path);

}  // namespace roomle_sim
