// How one request is answered: what the response is, and what goes wrong with it. Plain data; what
// it comes to on the wire is in endpoint/response_script.h, and in docs/faults.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "sender/transport.h"

namespace roomle_sim {

// What goes wrong with a connection or a response. At most one of them.
enum class Fault {
  none,
  // Of a connection, before a request is read from it:
  reset_on_accept,  // a TCP reset as soon as something arrives
  tls,              // the handshake goes wrong as ResponsePlan::tls says
  // After a request was wholly read:
  reset_before_response,      // a TCP reset instead of a response
  reset_after_headers,        // the head of a response that has a body, then a TCP reset
  reset_in_body,              // the head and half of the body, then a TCP reset
  empty_response,             // an orderly close without a byte
  accept_then_lose,           // the event is handled; on the wire as reset_before_response
  malformed_status_line,      // the first line is no HTTP
  malformed_header,           // a header line without a colon
  malformed_chunk,            // chunked, and a chunk's size is no number
  malformed_content_length,   // promises more bytes than come before the close
  malformed_endless_headers,  // header lines for ever
  malformed_huge_header,      // one header of kHugeHeader bytes
  blackhole,                  // nothing, for ever
};

// Whether it happens before a request is read.
bool is_of_connection(Fault fault);

// Past every limit that the usual clients have for a header.
inline constexpr std::size_t kHugeHeader = 1024 * 1024;

// The certificate that an endpoint shows, or how its handshake goes wrong.
enum class TlsMode {
  none,               // plain HTTP
  valid,              // vouched for by the endpoint's authority, and for its host
  expired,            // the same, but a day too old
  wrong_host,         // the same, but for another host
  untrusted,          // vouched for by an authority that nobody knows
  handshake_failure,  // no certificate: the handshake is refused with an alert
};

// "valid", "expired", "wrong_host", "untrusted", "handshake_failure"; "" for none.
std::string_view tls_word(TlsMode mode);

// How the bytes of a response are spread over time.
namespace pacing {

struct Dribble {  // one byte, then this pause, and so on
  Duration interval{0};
};
struct Pieces {  // so many pieces of much the same size, the first at once, the last after `total`
  std::uint64_t count = 0;
  Duration total{0};
};
struct Slices {  // pieces of average ± variation bytes, with a pause between two of them
  std::uint64_t average = 0;
  std::uint64_t variation = 0;
  Duration delay{0};
};
struct Bandwidth {
  std::uint64_t bytes_per_second = 0;
};

}  // namespace pacing

using Pacing = std::variant<std::monostate, pacing::Dribble, pacing::Pieces, pacing::Slices,
                            pacing::Bandwidth>;

struct ResponsePlan {
  int status = 200;
  Headers headers;  // in order; the framing's own are added by the server
  std::string body;
  Duration delay{0};  // between the request's last byte and the first act
  Fault fault = Fault::none;
  TlsMode tls = TlsMode::none;  // for Fault::tls
  Pacing pacing;
  bool endless_body = false;                // the body is repeated for ever, chunked
  std::optional<std::uint64_t> limit_data;  // so many bytes of the response, then an orderly close
  std::optional<Duration> slow_close;       // the close, which ends the body, comes so much later
  std::uint64_t seed = 0;                   // of what is drawn while it is acted out
  bool unexpected = false;                  // nobody foresaw this request ("then": "fail")

  // Whether a status line that a client can read is sent.
  [[nodiscard]] bool has_status() const;
};

// Whether the tenant's side took the event as its own, whatever became of the response on its way.
bool accepts_event(const ResponsePlan& plan);

// The answer in a few stable words, as outputs and counts have it: "503", "connection_reset",
// "connection_reset after_headers", "malformed chunk", "200 dribble", "200 endless_body",
// "tls expired".
std::string answer_word(const ResponsePlan& plan);

}  // namespace roomle_sim
