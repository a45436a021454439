// The exit codes of the contract with the user (docs/cli.md).
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace roomle_sim {

// A mistake in the command line.
inline Error usage_error(std::string message) {
  return {ErrorCode::usage, std::move(message)};
}

namespace exit_code {

inline constexpr int kFine = 0;
inline constexpr int kUsage = 1;          // the command line is wrong
inline constexpr int kBadFile = 2;        // a file, or a token, that cannot be used
inline constexpr int kCouldNotRun = 3;    // a port taken, a report or an output not written
inline constexpr int kNotAsExpected = 4;  // an expectation failed; an event was not delivered
inline constexpr int kInterrupted = 130;  // SIGINT or SIGTERM

constexpr int of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return kUsage;
    case ErrorCode::bad_input:
      return kBadFile;
    case ErrorCode::busy:
    case ErrorCode::unavailable:
      return kCouldNotRun;
  }
  return kCouldNotRun;
}

}  // namespace exit_code
}  // namespace roomle_sim
