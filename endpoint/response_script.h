// What a response plan makes of a connection, as a sequence of acts on the wire. Pure, and made as
// it is asked for: an endless body has no end. The server acts it out on a socket (endpoint/act.h),
// the endpoint without sockets in virtual time (endpoint/virtual_endpoint.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/random.h"
#include "base/time.h"
#include "endpoint/response_bytes.h"
#include "endpoint/response_plan.h"

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
  [[nodiscard]] bool endless() const { return bytes_.endless && !plan_.limit_data; }

 private:
  // What is sent in one go, behind a pause.
  struct Piece {
    std::size_t size = 0;
    Duration pause{0};
  };
  // Bytes to be sent are there; where there are none, the response is over.
  bool fill();
  Piece plan_piece();
  std::string take(std::size_t size);
  std::optional<WireAct> end();

  const ResponsePlan plan_;
  ResponseBytes bytes_;
  Random random_;
  std::string text_;            // what is being sent, from sent_ on
  std::size_t sent_ = 0;        // of text_
  std::uint64_t in_all_ = 0;    // sent
  std::uint64_t pieces_ = 0;    // sent
  std::optional<Piece> piece_;  // planned, and its pause is over
  bool delayed_ = false;        // the delay is over
  bool slow_ = false;           // the close was put off
  bool over_ = false;
};

}  // namespace roomle_sim
