// Percent-decoding (RFC 3986, 2.1) of paths, queries and urlencoded forms. Pure, and strict: what
// is no escape is told, since it would mean different things to different readers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomle_sim {

// Nothing where a '%' is not followed by two hex digits. `plus_is_space`: as in forms and queries.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);

// Of a form, and of a query: each costs a hundred times the byte that it may be written with.
inline constexpr std::size_t kMostFields = 1024;

// "a=1&b&c=x+y" as {"a","1"}, {"b",""}, {"c","x y"}, in their order; nothing at a bad escape, or
// where there are more than kMostFields.
std::optional<std::vector<std::pair<std::string, std::string>>> query_fields(std::string_view text);

}  // namespace roomle_sim
