// What this machine lacks says nothing of whoever a call was for.
#pragma once

#include <cerrno>

namespace roomle_sim {

// Whether a call failed (its errno) since this process, or the system, has no descriptor or no
// memory left just now: worth trying again.
inline bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace roomle_sim
