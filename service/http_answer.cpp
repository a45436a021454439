#include "service/http_answer.h"

#include <exception>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "endpoint/request_head.h"
#include "endpoint/response_bytes.h"

namespace roomle_sim {
namespace {

bool has_body(int status) {
  return status != 204 && status != 304;
}

bool keeps_alive(const ApiResponse& response, const AnswerContext& context) {
  return context.keep_alive && !response.stream;
}

// What a client sent may come back in a header; it must not begin another.
std::string on_one_line(std::string value) {
  for (char& c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return value;
}

class Sink : public StreamSink {
 public:
  Sink(Connection& connection, bool chunked, const std::atomic<bool>& stopping)
      : connection_(connection), chunked_(chunked), stopping_(stopping) {}

  bool write(std::string_view bytes) override {
    // A peer that has gone takes what is sent until it says so: ask first.
    if (ended()) return false;
    if (bytes.empty()) return true;  // an empty chunk would be the end
    failed_ = !connection_.write(chunked_ ? fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes)
                                          : std::string(bytes));
    return !failed_;
  }
  bool ended() override { return failed_ || stopping_ || connection_.peer_gone(); }

  void finish() {
    if (chunked_ && !failed_) connection_.write("0\r\n\r\n");
  }

 private:
  Connection& connection_;
  const bool chunked_;
  const std::atomic<bool>& stopping_;
  bool failed_ = false;
};

}  // namespace

std::string http_date(TimePoint when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch());
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(seconds.count()));
}

std::string answer_head(const ApiResponse& response, const AnswerContext& context) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  const auto add = [&](std::string_view name, std::string_view value) {
    head += fmt::format("{}: {}\r\n", name, value);
  };
  add("Date", http_date(context.now));
  if (has_body(response.status)) {
    add("Content-Type", on_one_line(response.content_type));
    if (!response.stream) {
      add("Content-Length", std::to_string(response.body.size()));
    } else if (!context.http10) {
      add("Transfer-Encoding", "chunked");
    }
  }
  for (const auto& [name, value] : response.headers) add(name, on_one_line(value));
  if (!keeps_alive(response, context)) add("Connection", "close");
  if (keeps_alive(response, context) && context.http10) add("Connection", "keep-alive");
  return head + "\r\n";
}

bool write_answer(const ApiResponse& response, const AnswerContext& context,
                  const std::atomic<bool>& stopping, Connection& connection) {
  std::string bytes = answer_head(response, context);
  const bool bodiless = context.head_request || !has_body(response.status);
  if (!response.stream) {
    if (!bodiless) bytes += response.body;  // in one piece: two would wait for each other (Nagle)
    return connection.write(bytes) && keeps_alive(response, context);
  }
  if (!connection.write(bytes) || bodiless) return false;
  Sink sink(connection, !context.http10, stopping);
  try {
    response.stream(sink);
  } catch (const std::exception&) {
    return false;
  }
  sink.finish();
  return false;
}

}  // namespace roomle_sim
