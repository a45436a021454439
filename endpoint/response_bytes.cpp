#include "endpoint/response_bytes.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

// RFC 9110, chapter 15.
constexpr std::array<std::pair<int, std::string_view>, 42> kReasons{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
}};

bool says_close(const Headers& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    std::string line = header.first + ":" + header.second;
    std::transform(line.begin(), line.end(), line.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return line == "connection:close";
  });
}

std::string chunk(std::string_view content) {
  return fmt::format("{:x}\r\n{}\r\n", content.size(), content);
}

// What an endless body repeats: some KiB, so that "for ever" comes fast.
std::string endless_piece(const std::string& body) {
  constexpr std::size_t kPiece = 16 * 1024;
  const std::string unit = body.empty() ? std::string(64, '.') + "\n" : body;
  std::string piece;
  while (piece.size() < kPiece) piece += unit;
  return piece;
}

// What an endless head repeats.
std::string endless_headers() {
  constexpr std::size_t kPiece = 16 * 1024;
  std::string piece;
  for (int i = 1; piece.size() < kPiece; ++i) {
    piece += fmt::format("X-Endless-{}: {}\r\n", i, std::string(64, '.'));
  }
  return piece;
}

// As much of a body as Fault::reset_in_body promises: some, also where the plan has none.
std::size_t promised_size(const ResponsePlan& plan) {
  return std::max<std::size_t>(2, plan.body.size());
}

// The header line that frames the body, without its end.
std::string framing(const ResponsePlan& plan, const ResponseContext& context) {
  const std::size_t size = plan.body.size();
  const bool bodiless = plan.status == 204 || plan.status == 304;
  if (plan.slow_close) return "";  // the close ends it
  if (plan.fault == Fault::malformed_content_length) {
    return fmt::format("Content-Length: {}\r\n", size + 10);
  }
  if (plan.fault == Fault::reset_after_headers) {
    return fmt::format("Content-Length: {}\r\n", std::max<std::size_t>(1, size));
  }
  if (plan.fault == Fault::reset_in_body) {
    return fmt::format("Content-Length: {}\r\n", promised_size(plan));
  }
  if (plan.fault == Fault::malformed_chunk) return "Transfer-Encoding: chunked\r\n";
  if (plan.endless_body) return context.http10 ? "" : "Transfer-Encoding: chunked\r\n";
  return bodiless ? "" : fmt::format("Content-Length: {}\r\n", size);
}

std::string body_of(const ResponsePlan& plan, const ResponseContext& context) {
  if (context.head_request || plan.fault == Fault::reset_after_headers) return {};
  if (plan.fault == Fault::reset_in_body) {
    return plan.body.size() < 2 ? std::string(1, '.') : plan.body.substr(0, plan.body.size() / 2);
  }
  if (plan.fault == Fault::malformed_chunk) {
    return fmt::format("no-size\r\n{}\r\n0\r\n\r\n", plan.body);
  }
  if (!plan.endless_body) return plan.body;
  const std::string piece = endless_piece(plan.body);
  return context.http10 ? piece : chunk(piece);
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::find_if(kReasons.begin(), kReasons.end(),
                                  [&](const auto& entry) { return entry.first == status; });
  return found == kReasons.end() ? std::string_view{} : found->second;
}

ResponseBytes response_bytes(const ResponsePlan& plan, const ResponseContext& context) {
  ResponseBytes bytes;
  const bool closed_by_header = says_close(plan.headers);
  bytes.keep_alive = context.keep_alive && plan.fault == Fault::none && !plan.endless_body &&
                     !plan.limit_data && !plan.slow_close && !closed_by_header;
  bytes.head = plan.fault == Fault::malformed_status_line
                   ? fmt::format("GARBAGE/x.y {} and no HTTP\r\n", plan.status)
                   : fmt::format("HTTP/1.1 {} {}\r\n", plan.status, reason_phrase(plan.status));
  for (const auto& [name, value] : plan.headers) {
    bytes.head += fmt::format("{}: {}\r\n", name, value);
  }
  if (plan.fault == Fault::malformed_endless_headers) {
    bytes.body = endless_headers();
    bytes.endless = true;
    return bytes;
  }
  if (plan.fault == Fault::malformed_header) bytes.head += "this line is no header\r\n";
  if (plan.fault == Fault::malformed_huge_header) {
    bytes.head += fmt::format("X-Huge: {}\r\n", std::string(kHugeHeader, '.'));
  }
  bytes.head += framing(plan, context);
  if (!bytes.keep_alive && !closed_by_header) bytes.head += "Connection: close\r\n";
  if (bytes.keep_alive && context.http10) bytes.head += "Connection: keep-alive\r\n";
  bytes.head += "\r\n";
  bytes.body = body_of(plan, context);
  bytes.endless = plan.endless_body && !bytes.body.empty();
  return bytes;
}

}  // namespace roomle_sim
