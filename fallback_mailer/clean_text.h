// Makes text from outside (event data, tenants, ids) safe to stand in a mail. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace roomle_sim {

// The same text as valid UTF-8: each broken sequence becomes U+FFFD.
std::string valid_utf8(std::string_view text);

// One line: control characters and line separators (C0, C1, U+2028, U+2029, NUL too) and white
// space become one space between words, none at the ends. Always valid UTF-8.
std::string one_line(std::string_view text);

// Lines that end in \n: CR LF and CR are line ends too, other control characters but the tab are
// dropped, and so is white space at either end of the text. Always valid UTF-8.
std::string clean_lines(std::string_view text);

// At most so many bytes of a valid UTF-8 text, whole characters alone; what was cut ends in "[…]",
// which counts. The text as it is where it is short enough.
std::string shorten(std::string text, std::size_t bytes);

// With & < > " ' written as entities: safe in HTML text and in a quoted attribute.
std::string html_escape(std::string_view text);

// Whether a mail may link there: an absolute http or https URL with a host and no white space,
// quotes, angle brackets or control characters. Everything else is shown, never linked.
bool is_web_link(std::string_view url);

// A value for an unstructured header or a display name, pure ASCII: as it is where that reads back
// to the same text, else in encoded words (RFC 2047) of at most 75 characters. Texts that only look
// like encoded words are encoded too, so that a reader shows them and does not decode them.
std::string encode_words(std::string_view one_line);

}  // namespace roomle_sim
