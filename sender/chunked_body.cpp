#include "sender/chunked_body.h"

#include <algorithm>
#include <cstring>

namespace roomle_sim {
namespace {

// The value of a hexadecimal digit, or -1.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr int kMostDigits = 15;  // of a size: far from overflowing 64 bits

}  // namespace

ChunkedBody::Step ChunkedBody::decode(std::string_view in, char* out, std::size_t out_size) {
  Step step;
  while (step.taken < in.size() && !complete() && !malformed()) {
    if (state_ != State::data) {
      take(in[step.taken++]);
      continue;
    }
    if (step.written == out_size) break;
    const std::size_t n = static_cast<std::size_t>(
        std::min<std::uint64_t>({left_, in.size() - step.taken, out_size - step.written}));
    std::memcpy(out + step.written, in.data() + step.taken, n);
    step.taken += n;
    step.written += n;
    left_ -= n;
    if (left_ == 0) state_ = State::data_end;
  }
  return step;
}

void ChunkedBody::take(char c) {
  switch (state_) {
    case State::size:
    case State::extension:
      return take_size(c);
    case State::data_end:
      return take_data_end(c);
    case State::trailer:
      return take_trailer(c);
    case State::data:
    case State::complete:
    case State::malformed:
      return;
  }
}

void ChunkedBody::take_size(char c) {
  if (++line_length_ > kLineCap) return refuse("the line with a chunk's size is too long");
  if (c == '\n') return size_ended();
  if (after_cr_) return refuse("a chunk's size is not followed by a line end");
  if (c == '\r') {
    after_cr_ = true;
    return;
  }
  if (state_ == State::extension) return;
  if (const int value = hex_value(c); value >= 0) {
    if (++digits_ > kMostDigits) return refuse("a chunk's size is beyond all bounds");
    left_ = left_ * 16 + static_cast<std::uint64_t>(value);
  } else if (digits_ > 0 && (c == ';' || c == ' ' || c == '\t')) {
    state_ = State::extension;
  } else {
    refuse("a chunk's size is not a hexadecimal number");
  }
}

void ChunkedBody::size_ended() {
  if (digits_ == 0) return refuse("a chunk without a size");
  digits_ = 0;
  line_length_ = 0;
  after_cr_ = false;
  state_ = left_ == 0 ? State::trailer : State::data;
}

void ChunkedBody::take_data_end(char c) {
  if (c == '\r' && !after_cr_) {
    after_cr_ = true;
  } else if (c == '\n' && after_cr_) {
    after_cr_ = false;
    state_ = State::size;
  } else {
    refuse("a chunk is longer than its size says");
  }
}

void ChunkedBody::take_trailer(char c) {
  if (++trailer_bytes_ > kTrailerCap) return refuse("the trailers after the chunks are too long");
  if (c == '\n') {
    if (line_length_ == 0) state_ = State::complete;
    line_length_ = 0;
  } else if (c != '\r') {
    ++line_length_;
  }
}

void ChunkedBody::refuse(const char* problem) {
  state_ = State::malformed;
  problem_ = problem;
}

}  // namespace roomle_sim
