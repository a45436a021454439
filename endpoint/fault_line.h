// A behaviour in one line, with the words of a behaviour file:
//
//     status 503 x2, delay 200ms          two requests get a 503, those behind them a late 200
//     503 + header Retry-After 5 x2, 200  members of one entry are joined by +
//     tenant 42: 410; 30%: connection_reset; 200
//                                         conditions; what has none is the sequence
//     refuse · tls expired · outage 1s 3s · then cycle
//                                         what is of the whole behaviour; "tls expired x1, 200" is
//                                         an answer, for the connection that comes to it
//
// It is translated into the tree that a file would be, and read by the same reader, so that both
// take the same and refuse the same. The whole grammar is in docs/endpoint.md.
#pragma once

#include "base/json_reader.h"
#include "endpoint/behavior.h"

namespace roomle_sim {

// On mistakes: all of them rendered, each with the line and a caret, as an Error of usage.
Result<Behavior> parse_fault_line(const Source& source);

}  // namespace roomle_sim
