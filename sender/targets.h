// Where events may be posted.
#pragma once

#include <optional>
#include <string_view>

#include "sender/resolver.h"

namespace roomle_sim {

// Checked on each address right before it is connected to, for every attempt, so that no DNS answer
// in between can change it. A refusal is connect_refused, not ambiguous, and its detail names the
// setting.
enum class Targets {
  any,
  loopback,  // 127.0.0.0/8 and ::1
  // NOLINTNEXTLINE(readability-identifier-naming): the word itself is the language's.
  public_,  // globally reachable unicast: nothing that RFC 6890 and its registries set apart
};

// "any", "loopback", "public".
std::string_view targets_word(Targets targets);
std::optional<Targets> targets_from_word(std::string_view word);

// IPv6 addresses that hold an IPv4 one (::ffff:0:0/96, 64:ff9b::/96, 2002::/16) are judged by it
// too. Pure.
bool allowed(Targets targets, const SocketAddress& address);

}  // namespace roomle_sim
