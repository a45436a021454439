#include "endpoint/act.h"

namespace roomle_sim {
namespace {

// One byte, a pause, one byte, …; the pause stands between two bytes of the whole response.
class Dribble {
 public:
  Dribble(Connection& connection, Duration interval)
      : connection_(connection), interval_(interval) {}

  bool write(std::string_view bytes) {
    for (const char& byte : bytes) {
      if (started_ && !connection_.pause(interval_)) return false;
      started_ = true;
      if (!connection_.write({&byte, 1})) return false;
    }
    return true;
  }

 private:
  Connection& connection_;
  Duration interval_;
  bool started_ = false;
};

// `write` takes bytes and says whether the peer is still there.
template <class Write>
bool write_response(const ResponsePlan& plan, ResponseBytes bytes, Write write) {
  if (!plan.endless_body || bytes.body.empty()) {
    bytes.head += bytes.body;  // in one piece: two would wait for each other (Nagle)
    return write(bytes.head);
  }
  bool there = write(bytes.head);
  while (there) there = write(bytes.body);
  return false;
}

}  // namespace

bool act(const ResponsePlan& plan, const ResponseContext& context, Connection& connection) {
  if (plan.delay > Duration::zero() && !connection.pause(plan.delay)) return false;
  if (plan.fault == Fault::empty_response) return false;
  if (plan.fault == Fault::blackhole) {
    connection.wait_for_close();
    return false;
  }
  if (plan.fault == Fault::reset_before_response) {
    connection.reset();
    return false;
  }
  ResponseBytes bytes = response_bytes(plan, context);
  const bool keep_alive = bytes.keep_alive;
  bool there = false;
  if (plan.dribble) {
    Dribble dribble(connection, *plan.dribble);
    there = write_response(plan, std::move(bytes),
                           [&](std::string_view part) { return dribble.write(part); });
  } else {
    there = write_response(plan, std::move(bytes),
                           [&](std::string_view part) { return connection.write(part); });
  }
  if (plan.fault == Fault::reset_after_headers) connection.reset();
  return there && keep_alive;
}

}  // namespace roomle_sim
