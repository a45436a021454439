// Bytes as an endpoint's answer, read as the sender reads it: by its parts, in one piece and in
// many, and by a whole exchange.
#include <algorithm>

#include "base/random.h"
#include "sender/chunked_body.h"
#include "sender/http_exchange.h"
#include "sender/response_head.h"
#include "tests/fuzz/fuzzing.h"

using namespace roomle_sim;

namespace {

struct Reading {
  ResponseHead head;
  ChunkedBody chunks;
  std::string body;
  std::size_t taken = 0;
};

// In pieces of at most so many bytes, and with as much room for the body.
Reading read(std::string_view bytes, Random random, std::size_t longest) {
  Reading reading;
  std::string room(longest, '\0');
  const auto done = [&] {
    if (reading.head.state() == ResponseHead::State::incomplete) return false;
    return reading.head.state() == ResponseHead::State::malformed ||
           reading.head.framing() != ResponseHead::Framing::chunked || reading.chunks.complete() ||
           reading.chunks.malformed();
  };
  while (reading.taken < bytes.size() && !done()) {
    const std::string_view piece = bytes.substr(reading.taken, random.between(1, longest));
    if (reading.head.state() == ResponseHead::State::incomplete) {
      reading.taken += reading.head.feed(piece);
      continue;
    }
    const auto step = reading.chunks.decode(piece, room.data(), random.between(1, longest));
    fuzz::require(step.taken > 0 || step.written > 0 || done(), "the decoder gets on");
    reading.body.append(room, 0, step.written);
    reading.taken += step.taken;
  }
  return reading;
}

void compare(const Reading& a, const Reading& b) {
  // The sentence may differ: it shows what was there when the mistake was seen.
  fuzz::require(a.head.state() == b.head.state(), "pieces do not change whether a head is one");
  if (a.head.state() != ResponseHead::State::complete) return;
  fuzz::require(a.head.status() == b.head.status() && a.head.headers() == b.head.headers() &&
                    a.head.framing() == b.head.framing() &&
                    a.head.keep_alive() == b.head.keep_alive() &&
                    a.head.library_text() == b.head.library_text(),
                "pieces do not change a head");
  fuzz::require(a.chunks.complete() == b.chunks.complete() &&
                    a.chunks.problem() == b.chunks.problem() && a.body == b.body,
                "pieces do not change a body");
}

// An endpoint that has answered already, in pieces of its own, and closed the connection.
class Answer : public ByteChannel {
 public:
  Answer(std::string_view bytes, Random random) : bytes_(bytes), random_(random) {}

  void queue(std::string_view) override {}
  [[nodiscard]] bool all_sent() const override { return true; }

  std::size_t receive(char* to, std::size_t size) override {
    fuzz::require(!ended_, "nobody reads on behind the end");
    ended_ = bytes_.empty();
    const std::size_t n = bytes_.copy(to, std::min<std::size_t>(size, random_.between(1, 999)));
    bytes_.remove_prefix(n);
    return n;
  }

  [[nodiscard]] Problem problem() const override {
    return ended_ ? Problem::closed : Problem::none;
  }
  [[nodiscard]] const std::string& detail() const override { return detail_; }

 private:
  std::string_view bytes_;
  Random random_;
  bool ended_ = false;
  const std::string detail_ = "closed by the endpoint";
};

void check(const AttemptResult& result, bool reusable) {
  fuzz::require(result.error.has_value() == !result.detail.empty(), "a failure says why");
  fuzz::require(result.request_sent, "the request leaves whatever the answer is");
  fuzz::require(!result.error || *result.error == FailureReason::malformed_response ||
                    *result.error == FailureReason::connection_closed,
                "an answer that is there fails by its bytes or by its end");
  fuzz::require(!reusable || !result.error, "after a failure a connection is of no use");
  fuzz::require(result.error || result.response, "without an error there is an answer");
  if (!result.response) return;
  fuzz::require(result.response->status >= 200 && result.response->status <= 999,
                "the status is one");
  fuzz::require(result.response->body.size() <= kBodyCap, "the body ends at its cap");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::to_text(bytes, size);
  const Reading whole = read(text, Random(1), 64 * 1024);
  compare(whole, read(text, Random(size), 1));
  compare(whole, read(text, Random(size), 13));

  static HttpExchange exchange(parse_url("http://localhost/roomle").value());
  static const AttemptRequest kRequest{
      .pool_key = "42", .url = "http://localhost/roomle", .headers = {}, .body = "{}"};
  Answer answer(text, Random(size));
  AttemptResult result;
  const bool reusable = exchange.post(answer, kRequest, result);
  check(result, reusable);
  const bool complete = whole.head.state() == ResponseHead::State::complete;
  fuzz::require(result.response.has_value() == complete, "an answer is there when its head is");
  if (!complete) return 0;
  fuzz::require(result.response->status == whole.head.status() &&
                    result.response->headers == whole.head.headers(),
                "the exchange sees the same head");
  if (whole.head.framing() == ResponseHead::Framing::chunked) {
    fuzz::require(!result.error == whole.chunks.complete(), "chunks are whole or they are not");
    fuzz::require(result.response->body == whole.body.substr(0, kBodyCap),
                  "the exchange sees the same body");
  }
  return 0;
}
