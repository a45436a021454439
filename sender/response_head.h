// The head of an HTTP/1 response: status line and header fields, taken from bytes as they come.
//
// Stands in front of cpp-httplib's parser, which would match the status line with a recursive
// std::regex whatever its length, read header lines for ever, drop fields it cannot read and
// percent-decode the values of the others, and take any Content-Length for a number. So the library
// is only given what this class has understood: library_text().
//
// Interim responses (1xx) are skipped. Line ends may be LF alone. Refused: a folded header line, a
// field without a colon, a Content-Length that is no number or differs from another one, a
// Transfer-Encoding other than chunked, 101 (nobody asked to switch).
// Limits: kStatusLineCap, and kHeadCap for the whole, skipped responses included.
// Threads: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sender/transport.h"

namespace roomle_sim {

class ResponseHead {
 public:
  static constexpr std::size_t kStatusLineCap = 2 * 1024;
  static constexpr std::size_t kHeadCap = 64 * 1024;

  enum class State { incomplete, complete, malformed };
  // How the body ends (RFC 9112 section 6.3).
  enum class Framing { none, length, chunked, until_close };

  // Takes bytes up to the end of the head and returns how many; the rest belongs to the body.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  // when malformed

  // All of these only when complete.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const Headers& headers() const { return headers_; }  // as sent, in their order
  [[nodiscard]] Framing framing() const { return framing_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  // The same head for cpp-httplib: a bare status line and at most a Content-Length. Chunks are not
  // announced: to the library such a body ends when the stream does (sender/chunked_body.h).
  [[nodiscard]] std::string library_text() const;

 private:
  void take_line(std::string_view line);
  void take_status_line(std::string_view line);
  void take_header(std::string_view line);
  void finish();
  void decide_framing();
  void decide_keep_alive();
  void refuse(std::string problem);

  State state_ = State::incomplete;
  std::string problem_;
  std::string line_;       // begun, not yet ended
  std::size_t taken_ = 0;  // bytes in all
  int status_ = 0;         // 0: the status line is still to come
  int minor_version_ = 1;
  Headers headers_;
  Framing framing_ = Framing::until_close;
  std::uint64_t length_ = 0;
  bool keep_alive_ = false;
};

}  // namespace roomle_sim
