// Acts a response out on a connection.
#pragma once

#include "endpoint/connection.h"
#include "endpoint/response_script.h"

namespace roomle_sim {

// Takes as long as the script wants, or until the connection ends. Whether it may be used again.
bool act_out(ResponseScript script, Connection& connection);

}  // namespace roomle_sim
