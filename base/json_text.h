// JSON as programs send it to each other: text to tree and back, where nobody is told of a line and
// a column (for that: base/json_reader.h).
//
// The library's own parse() and dump() are templates, and make each file that calls them some
// seconds longer to compile; here they are compiled once, for both kinds of tree.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace roomle_sim {

// is_discarded() where the text is no JSON. `Json`: nlohmann::json or nlohmann::ordered_json.
template <class Json = nlohmann::ordered_json>
Json json_from(std::string_view text);

// Without line ends, or with `indent` spaces for each level. Bytes that are not UTF-8 are replaced
// by U+FFFD.
template <class Json>
std::string json_text(const Json& tree, int indent = -1);

}  // namespace roomle_sim
