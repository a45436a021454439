#include "endpoint/request_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "endpoint/request_head.h"
#include "endpoint/tls_server.h"

namespace roomle_sim {
namespace {

constexpr std::size_t kChunkLine = 1024;  // bytes of a chunk's size with its extensions
constexpr std::size_t kTrailers = 16 * 1024;

class Reader {
 public:
  Reader(Connection& connection, const HttpLimits& limits, BudgetShare& share, HttpRequest& request)
      : connection_(connection), limits_(limits), share_(share), request_(request) {}

  bool read() {
    std::string head;
    if (!read_head(head)) return request_.refusal != 0;
    const std::size_t line_end = head.find("\r\n") + 2;
    std::optional<Headers> headers =
        parse_header_lines(std::string_view(head).substr(line_end, head.size() - line_end - 2));
    if (!take_line(head)) return refuse(400, "this is no HTTP request");
    if (!headers) return refuse(400, "a line of the head is no header");
    request_.headers = std::move(*headers);
    request_.keep_alive = request_.http10
                              ? header_has_word(request_.headers, "Connection", "keep-alive")
                              : !header_has_word(request_.headers, "Connection", "close");
    const Framing framing = framing_of(request_.headers, request_.http10);
    if (framing.refusal != 0) return refuse(framing.refusal, framing.why);
    if (!framing.chunked && framing.length > limits_.body) return refuse_body();
    if (framing.chunked || framing.length > 0) answer_expectation();
    return framing.chunked ? read_chunks() : read_length(framing.length);
  }

 private:
  // Always true: there is something to answer.
  bool refuse(int status, std::string why) {
    request_.refusal = status;
    request_.refusal_text = std::move(why);
    return true;
  }
  bool refuse_body() {
    return refuse(413, fmt::format("the body is larger than {} bytes", limits_.body));
  }
  // After what append() or a line did not get.
  bool refuse_end() {
    if (no_room_) return refuse(503, "the bodies of other requests fill the room there is");
    if (connection_.timed_out()) return refuse(408, "the request did not arrive in time");
    return refuse(400, "the request is not complete");
  }

  // Up to the end of the empty line. False where it is refused, or nothing whole came.
  bool read_head(std::string& head) {
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
      if (head.size() >= limits_.head) {
        take_line(head);
        refuse(431, fmt::format("the head is larger than {} bytes", limits_.head));
        return false;
      }
      if (connection_.read(&byte, 1) != 1) {
        const bool line = head.find("\r\n") != std::string::npos;
        if (line) take_line(head);
        if (line || connection_.timed_out()) refuse_end();
        return false;
      }
      head += byte;
      // Such a client would wait for its handshake.
      if (head.size() == 1 && byte == kTlsHandshake) {
        refuse(400, "this is TLS, on a port of plain HTTP");
        return false;
      }
      // No line ends so: a client of another protocol would be waited for.
      if (byte == '\n' && !head.ends_with("\r\n")) {
        refuse(400, take_line(head) ? "a line of the head does not end in CRLF"
                                    : "this is no HTTP request");
        return false;
      }
      if (head == "\r\n") head.clear();  // RFC 9112, 2.2: left over from the request before
    }
    return true;
  }

  bool take_line(std::string_view head) {
    std::optional<RequestLine> line = parse_request_line(head.substr(0, head.find("\r\n")));
    if (!line) return false;
    request_.method = std::move(line->method);
    request_.target = std::move(line->target);
    request_.http10 = line->http10;
    return true;
  }

  void answer_expectation() {
    if (!request_.http10 && header_has_word(request_.headers, "Expect", "100-continue")) {
      connection_.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
  }

  bool append(std::uint64_t count) {
    std::array<char, 16 * 1024> bytes{};
    while (count > 0) {
      const long got = connection_.read(bytes.data(), std::min<std::uint64_t>(count, bytes.size()));
      if (got <= 0) return false;
      no_room_ = !share_.grow(static_cast<std::size_t>(got));
      if (no_room_) return false;
      request_.body.append(bytes.data(), static_cast<std::size_t>(got));
      count -= static_cast<std::uint64_t>(got);
    }
    return true;
  }

  bool read_length(std::uint64_t length) { return append(length) || refuse_end(); }

  // A line without its CRLF; nothing where it did not end so, or was longer than `most`.
  std::optional<std::string> read_line(std::size_t most) {
    std::string line;
    char byte = 0;
    while (line.size() < most + 2 && connection_.read(&byte, 1) == 1) {
      line += byte;
      if (byte != '\n') continue;
      if (!line.ends_with("\r\n")) return std::nullopt;
      line.resize(line.size() - 2);
      return line;
    }
    ended_ = line.size() < most + 2;
    return std::nullopt;
  }

  bool refuse_chunk() {
    return ended_ ? refuse_end() : refuse(400, "the chunks of the body are wrong");
  }

  bool read_chunks() {
    for (;;) {
      const std::optional<std::string> line = read_line(kChunkLine);
      if (!line) return refuse_chunk();
      std::uint64_t size = 0;
      const char* const end = line->data() + line->size();
      const auto [rest, error] = std::from_chars(line->data(), end, size, 16);
      const bool right = error == std::errc() && line->front() != '-' &&
                         (rest == end || *rest == ';' || *rest == ' ' || *rest == '\t');
      if (error == std::errc::result_out_of_range) return refuse_body();
      if (!right) return refuse_chunk();
      if (size == 0) return read_trailers();
      if (size > limits_.body - request_.body.size()) return refuse_body();
      if (!append(size)) return refuse_end();
      const std::optional<std::string> close = read_line(0);
      if (!close) return refuse_chunk();
    }
  }

  // They say nothing that anybody here asks for.
  bool read_trailers() {
    for (std::size_t total = 0; total < kTrailers;) {
      const std::optional<std::string> line = read_line(kTrailers);
      if (!line) return refuse_chunk();
      if (line->empty()) return true;
      total += line->size() + 2;
    }
    return refuse(431, "the trailers of the body are too large");
  }

  Connection& connection_;
  const HttpLimits& limits_;
  BudgetShare& share_;
  HttpRequest& request_;
  bool no_room_ = false;
  bool ended_ = false;  // the stream, in the middle of a line
};

}  // namespace

bool read_request(Connection& connection, const HttpLimits& limits, BudgetShare& share,
                  HttpRequest& request) {
  connection.set_deadline(std::chrono::steady_clock::now() + limits.request);
  return Reader(connection, limits, share, request).read();
}

}  // namespace roomle_sim
