// The head of a request, taken apart by the grammar of RFC 9112, and what it says of the body.
// Pure.
//
// cpp-httplib's own reading forgives too much for a server that others may stand in front of: it
// passes over lines it does not understand, takes the first of two lengths, and ends a chunked body
// at the first chunk that is wrong. Two readers that disagree on where a request ends are what
// request smuggling lives on; so what is not plainly right is refused here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sender/transport.h"

namespace roomle_sim {

struct RequestLine {
  std::string method;
  std::string target;
  bool http10 = false;
};

// A line without its CRLF; nothing where it is none of HTTP/1.0 or HTTP/1.1.
std::optional<RequestLine> parse_request_line(std::string_view line);

// The lines after the first, each with its CRLF, without the empty one that ends the head. Nothing
// where one is no header: no colon, a space before it, a folded line, a bare LF, a control
// character.
std::optional<Headers> parse_header_lines(std::string_view lines);

// How long the body is.
struct Framing {
  int refusal = 0;  // not 0: it cannot be said, and this status is the answer
  std::string why;
  bool chunked = false;
  std::uint64_t length = 0;  // where it is not chunked
};
Framing framing_of(const Headers& headers, bool http10);

// Whether one of the header's comma-separated words is `word` (small letters), without regard to
// case.
bool header_has_word(const Headers& headers, std::string_view name, std::string_view word);

// ASCII, as header names are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace roomle_sim
