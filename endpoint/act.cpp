#include "endpoint/act.h"

#include <chrono>

#include "endpoint/pace.h"

namespace roomle_sim {
namespace {

// Each says whether the connection stands after it.
struct Actor {
  Connection& connection;
  Pace pace{std::chrono::steady_clock::now()};

  bool operator()(const act::Pause& pause) {
    return connection.pause(pace.left(pause.duration, std::chrono::steady_clock::now()));
  }
  bool operator()(const act::Send& send) const { return connection.write(send.bytes); }
  bool operator()(const act::Reset&) const {
    connection.reset();
    return false;
  }
  bool operator()(const act::Close&) const { return false; }
  bool operator()(const act::Hold&) const {
    connection.wait_for_close();
    return false;
  }
};

}  // namespace

bool act_out(ResponseScript script, Connection& connection) {
  Actor actor{connection};
  while (const std::optional<WireAct> next = script.next()) {
    if (!std::visit(actor, *next)) return false;
  }
  return script.keep_alive();
}

}  // namespace roomle_sim
