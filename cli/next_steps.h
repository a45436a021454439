// What somebody does next who has started `serve`, as lines for copying. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "service/rapi.h"

namespace roomle_sim {

// How it was started.
struct Serving {
  std::string url;
  std::uint16_t port = 0;
  std::string host;               // as it was given
  std::string access_token_file;  // as it was given; empty: there is no access token
  ApiAuth auth = ApiAuth::log;
  std::int64_t tenant = 0;  // one whose events are taken; 0: there is none
};

// Several lines, without a newline at the end; fit for a terminal.
std::string next_steps(const Serving& serving);

}  // namespace roomle_sim
