// What a response plan makes of a connection, as a sequence of acts on the wire. Pure, and made as
// it is asked for: an endless body has no end. The server acts it out on a socket (endpoint/act.h),
// the endpoint without sockets in virtual time (endpoint/virtual_endpoint.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "endpoint/behavior.h"
#include "endpoint/response_bytes.h"

namespace roomle_sim {

namespace act {

struct Pause {  // nothing for so long
  Duration duration{0};
};
struct Send {
  std::string bytes;
};
struct Reset {};  // the connection ends with a TCP reset, once what was sent has arrived
struct Close {};  // it ends in order
struct Hold {};   // nothing any more, until the peer goes

}  // namespace act

using WireAct = std::variant<act::Pause, act::Send, act::Reset, act::Close, act::Hold>;

// Threads: none. Lifetime: keeps a copy of what it needs.
class ResponseScript {
 public:
  ResponseScript(ResponsePlan plan, const ResponseContext& context);

  // The next act; nothing once the response is over. Reset, Close and Hold are each the last one.
  std::optional<WireAct> next();
  // Whether the connection can carry another request once the response is over.
  [[nodiscard]] bool keep_alive() const { return bytes_.keep_alive; }
  // Whether next() goes on for ever.
  [[nodiscard]] bool endless() const { return endless_; }

 private:
  std::optional<WireAct> end();
  // What is sent in one piece; nothing where there is nothing left.
  std::string take_piece();

  const ResponsePlan plan_;
  ResponseBytes bytes_;
  bool endless_ = false;
  std::string text_;      // what is being sent, from sent_ on
  std::size_t sent_ = 0;  // of text_
  bool delayed_ = false;  // the delay is over
  bool begun_ = false;    // a piece was sent
  bool paused_ = false;   // since the last piece
  bool over_ = false;
};

}  // namespace roomle_sim
