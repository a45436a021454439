#include "sender/http_exchange.h"

#include <array>
#include <cstring>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>

#include "sender/chunked_body.h"
#include "sender/httplib_statics.h"
#include "sender/response_head.h"

namespace roomle_sim {
namespace {

using Problem = ByteChannel::Problem;
using Framing = ResponseHead::Framing;

// What the library sees as its connection: requests go to the channel's queue, and of the response
// it is given a head that is understood already, and then the body.
class ResponseStream : public httplib::Stream {
 public:
  // The buffer stays as it is: clearing 16 KiB for each response would cost more than reading it.
  explicit ResponseStream(ByteChannel& channel)  // NOLINT(*-member-init)
      : channel_(channel) {}

  [[nodiscard]] const ResponseHead& head() const { return head_; }
  // When the response is not one, in a sentence; else empty.
  [[nodiscard]] const std::string& malformed() const { return malformed_; }
  [[nodiscard]] bool nothing_left() const { return begin_ == end_; }

  ssize_t write(const char* bytes, size_t size) override {
    channel_.queue(std::string_view(bytes, size));
    return static_cast<ssize_t>(size);
  }

  ssize_t read(char* to, size_t size) override {
    if (head_.state() == ResponseHead::State::incomplete && !read_head()) return -1;
    if (head_.state() == ResponseHead::State::malformed || size == 0) return -1;
    if (served_ < head_text_.size()) return read_head_text(to, size);
    return head_.framing() == Framing::chunked ? read_chunks(to, size) : read_plain(to, size);
  }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}  // servers' business
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  [[nodiscard]] std::string_view buffered() const {
    return std::string_view(buffer_.data() + begin_, end_ - begin_);
  }

  bool fill() {
    begin_ = 0;
    end_ = channel_.receive(buffer_.data(), buffer_.size());
    return end_ > 0;
  }

  bool read_head() {
    while (head_.state() == ResponseHead::State::incomplete) {
      if (nothing_left() && !fill()) return false;
      begin_ += head_.feed(buffered());
    }
    malformed_ = head_.problem();
    if (!malformed_.empty()) return false;
    head_text_ = head_.library_text();
    return true;
  }

  ssize_t read_head_text(char* to, size_t size) {
    const size_t n = head_text_.copy(to, size, served_);
    served_ += n;
    return static_cast<ssize_t>(n);
  }

  ssize_t read_plain(char* to, size_t size) {
    // The end of the connection is the end of a body without a length, if it is an orderly one.
    if (nothing_left() && !fill()) return channel_.problem() == Problem::closed ? 0 : -1;
    const size_t n = std::min(size, end_ - begin_);
    std::memcpy(to, buffer_.data() + begin_, n);
    begin_ += n;
    return static_cast<ssize_t>(n);
  }

  ssize_t read_chunks(char* to, size_t size) {
    while (!chunks_.complete()) {
      if (chunks_.malformed()) return -1;
      if (nothing_left() && !fill()) return -1;
      const ChunkedBody::Step step = chunks_.decode(buffered(), to, size);
      begin_ += step.taken;
      malformed_ = chunks_.problem();
      // Also what stands before a mistake, so that the pieces in which it came do not count.
      if (step.written > 0) return static_cast<ssize_t>(step.written);
    }
    return 0;
  }

  ByteChannel& channel_;
  std::array<char, 16 * 1024> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  ResponseHead head_;
  std::string head_text_;
  size_t served_ = 0;  // of head_text_
  ChunkedBody chunks_;
  std::string malformed_;
};

bool is_name(std::string_view text, const char* name) {
  return text.size() == std::strlen(name) && strncasecmp(text.data(), name, text.size()) == 0;
}

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return text;
}

httplib::Request make_request(const Url& url, const RequestView& view) {
  httplib::Request request;
  request.method = view.method;
  request.path = view.target;
  request.body = view.body;
  request.headers.emplace("Host", url.authority());
  for (const auto& [name, value] : view.headers) {
    const bool ours = is_name(name, "Host") || is_name(name, "Content-Length") ||
                      is_name(name, "Transfer-Encoding");
    if (!ours) request.headers.emplace(on_one_line(name), on_one_line(value));
  }
  return request;
}

void keep(std::string& body, bool& cut, std::string_view bytes) {
  const std::size_t n = std::min(bytes.size(), kBodyCap - body.size());
  body.append(bytes.substr(0, n));
  cut = cut || n < bytes.size();
}

// The first thing that went wrong, in the words of the contract.
void explain_failure(const ByteChannel& channel, const std::string& malformed,
                     AttemptResult& result) {
  const bool answered = result.response.has_value();
  const char* when = answered              ? "before the whole response was there"
                     : result.request_sent ? "before a response came"
                                           : "before the request was wholly sent";
  switch (malformed.empty() ? channel.problem() : Problem::none) {
    case Problem::none:
      result.error = FailureReason::malformed_response;
      result.detail = malformed.empty() ? "the response could not be read" : malformed;
      return;
    case Problem::deadline:
      result.error = FailureReason::timeout;
      result.detail = fmt::format("the deadline passed {}", when);
      return;
    case Problem::interrupted:
      result.error = FailureReason::timeout;
      result.interrupted = true;
      result.detail = fmt::format("interrupted {}", when);
      return;
    case Problem::tls:
      result.error = FailureReason::tls_error;
      result.detail = channel.detail();
      return;
    case Problem::refused:
    case Problem::closed:
    case Problem::broken:
      result.error = FailureReason::connection_closed;
      result.detail = fmt::format("the connection ended {} ({})", when, channel.detail());
      return;
  }
}

}  // namespace

// Opens process_request(), which talks over any Stream, and none of the library's own sockets.
class HttpExchange::Client : private httplib::ClientImpl {
 public:
  explicit Client(const std::string& host) : ClientImpl(host) {
    set_decompress(false);  // a small answer would become an endless one
    set_url_encode(false);  // the target is escaped already
    set_follow_location(false);
    set_keep_alive(true);
  }

  // False: the answer is not whole.
  bool process(ResponseStream& stream, httplib::Request& request) {
    httplib::Response ignored;  // status and headers are the stream's, the body the receiver's
    auto error = httplib::Error::Success;
    try {
      return process_request(stream, request, ignored, false, error);
    } catch (const std::exception&) {  // the library's: the transport must not throw
      return false;
    }
  }
};

HttpExchange::HttpExchange(Url url)
    : url_(std::move(url)), client_(std::make_unique<Client>(url_.host)) {}

HttpExchange::~HttpExchange() = default;

bool HttpExchange::exchange(ByteChannel& channel, const RequestView& view, AttemptResult& result,
                            const OnBody& on_body) {
  ResponseStream stream(channel);
  const ResponseHead& head = stream.head();
  httplib::Request request = make_request(url_, view);
  bool ended_by_reader = false;
  const auto keep_head = [&] {
    if (!result.response) result.response = HttpResponse{head.status(), head.headers(), {}, false};
  };
  request.content_receiver = [&](const char* bytes, size_t size, std::uint64_t, std::uint64_t) {
    keep_head();
    ended_by_reader = !on_body(std::string_view(bytes, size));
    return !ended_by_reader;
  };
  const bool complete = client_->process(stream, request);
  result.request_sent = channel.all_sent();
  if (head.state() == ResponseHead::State::complete) keep_head();
  if (!complete) {
    if (!ended_by_reader) explain_failure(channel, stream.malformed(), result);
    return false;
  }
  return head.keep_alive() && stream.nothing_left() && result.request_sent;
}

bool HttpExchange::post(ByteChannel& channel, const AttemptRequest& attempt,
                        AttemptResult& result) {
  std::string body;
  bool cut = false;
  const bool fit = exchange(channel, {"POST", url_.target, attempt.headers, attempt.body}, result,
                            [&](std::string_view bytes) {
                              keep(body, cut, bytes);
                              return true;  // what is past the cap is read on and thrown away
                            });
  if (result.response) {
    result.response->body = std::move(body);
    result.response->body_cut = cut;
  }
  return fit;
}

namespace {

// Gives what it was made with, and takes everything.
class TextStream : public httplib::Stream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}

  ssize_t read(char* to, size_t size) override {
    const size_t n = text_.copy(to, size);
    text_.remove_prefix(n);
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view text_;
};

class WarmUpServer : private httplib::Server {
 public:
  void serve(TextStream stream) {
    bool closed = false;
    process_request(stream, true, closed, nullptr);
  }
};

class WarmUpClient : private httplib::ClientImpl {
 public:
  WarmUpClient() : ClientImpl("localhost") {}

  void ask(TextStream stream) {
    httplib::Request request;
    request.method = "GET";
    request.path = "/";
    httplib::Response response;
    auto error = httplib::Error::Success;
    process_request(stream, request, response, false, error);
  }
};

bool make_statics() {
  WarmUpServer().serve(TextStream("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  WarmUpClient().ask(TextStream("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"));
  return true;
}

}  // namespace

void make_httplib_statics() {
  [[maybe_unused]] static const bool kMade = make_statics();
}

}  // namespace roomle_sim
