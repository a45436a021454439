// The results as a JUnit XML file, as CI services read them.
//
// <testsuites> with one <testsuite>; a <testcase> for each scenario, with its file, line and time;
// a <failure> that holds all its differences, an <error> where it could not run, <skipped/> where
// it was interrupted, or not run at all.
#pragma once

#include <string>

#include "scenarios/suite.h"

namespace roomle_sim {

std::string junit_xml(const SuiteResult& suite);

}  // namespace roomle_sim
