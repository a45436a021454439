// The results as a JUnit XML file, as CI services read them.
//
// <testsuites> with one <testsuite>; a <testcase> for each scenario, with its file, line and time;
// a <failure> that holds all its differences, an <error> where it could not run, <skipped/> where
// it was interrupted. Scenarios that were not begun are absent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scenarios/suite.h"

namespace roomle_sim {

std::string junit_xml(const SuiteResult& suite);

// Writes the file whole or not at all (a temporary file beside it, then a rename; a link stays, and
// the file it leads to is replaced). A FIFO or a device is written into, and "-" is stdout.
// unavailable: where it cannot be written; nothing is left of a file then.
std::optional<Error> write_junit(const SuiteResult& suite, const std::string& path);
// The same error, before anything has run.
std::optional<Error> check_report_path(const std::string& path);

// `text` for an XML 1.0 text or attribute: escaped, bytes that are not UTF-8 replaced by U+FFFD,
// and characters that XML cannot hold written \xNN.
std::string xml_escape(std::string_view text);

// "file:line:column: name: expected …, got …", as failures are shown.
std::string describe(const Difference& difference);

}  // namespace roomle_sim
