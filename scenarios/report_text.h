// Texts that several reports have in common. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.h"
#include "scenarios/difference.h"

namespace roomle_sim {

// `text` for an XML 1.0 or HTML text or attribute: escaped, bytes that are not UTF-8 replaced by
// U+FFFD, and characters that XML cannot hold written \xNN.
std::string xml_escape(std::string_view text);

// "file:line:column: name: expected …, got …", as failures are shown in a line; long values are
// cut.
std::string describe(const Difference& difference);

// Counted from 1; 1 where there is no source.
std::size_t line_of(const Location& where);

// With its fraction, as the outputs named …Ms have it.
double fractional_milliseconds(Duration duration);

}  // namespace roomle_sim
