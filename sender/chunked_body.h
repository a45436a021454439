// Takes the chunks out of a chunked body (RFC 9112 section 7.1), from bytes as they come.
//
// Done here because cpp-httplib 0.11 takes a chunk with a wrong end for the end of the body, reads
// sizes with strtoul (so "-2" is a size), and refuses trailers. Extensions and trailers are read
// and dropped. Memory: a few bytes, whatever comes. Threads: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roomle_sim {

class ChunkedBody {
 public:
  static constexpr std::size_t kLineCap = 4 * 1024;      // a size with its extensions
  static constexpr std::size_t kTrailerCap = 64 * 1024;  // all trailers

  struct Step {
    std::size_t taken = 0;    // bytes of `in` that are done with
    std::size_t written = 0;  // bytes of the body put to `out`
  };
  Step decode(std::string_view in, char* out, std::size_t out_size);

  [[nodiscard]] bool complete() const { return state_ == State::complete; }
  [[nodiscard]] bool malformed() const { return state_ == State::malformed; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  enum class State { size, extension, data, data_end, trailer, complete, malformed };
  void take(char c);
  void take_size(char c);
  void size_ended();
  void take_data_end(char c);
  void take_trailer(char c);
  void refuse(const char* problem);

  State state_ = State::size;
  std::string problem_;
  std::uint64_t left_ = 0;         // of the chunk
  int digits_ = 0;                 // of the size, so far
  std::size_t line_length_ = 0;    // of the current line, without CR
  std::size_t trailer_bytes_ = 0;  // in all
  bool after_cr_ = false;
};

}  // namespace roomle_sim
