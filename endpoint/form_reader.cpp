#include "endpoint/form_reader.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>
#include <httplib.h>

#include "endpoint/percent.h"
#include "endpoint/request_head.h"
#include "sender/httplib_statics.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kMultipart = "multipart/form-data";
constexpr std::string_view kUrlencoded = "application/x-www-form-urlencoded";
constexpr std::size_t kMostBoundary = 70;  // RFC 2046, 5.1.1
// Of a line of a part's head: the library runs a regular expression over it, which takes a step of
// the stack for each byte, and time with the square of the quotes.
constexpr std::size_t kMostPartLine = 1024;
constexpr std::ptrdiff_t kMostQuotes = 16;

// What is read here is a request already: it only has to be put before the library again.
class MemoryStream : public httplib::Stream {
 public:
  explicit MemoryStream(std::string_view text) : text_(text) {}
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }
  ssize_t read(char* into, size_t size) override {
    const std::size_t count = text_.copy(into, size);
    text_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }

 private:
  std::string_view text_;
};

class Parser : public httplib::Server {
 public:
  std::optional<std::vector<FormField>> parse(std::string_view text) {
    std::vector<FormField> fields;
    bool read = false;
    Post("/",
         [&](const httplib::Request&, httplib::Response&, const httplib::ContentReader& content) {
           read = content(
               [&](const httplib::MultipartFormData& part) {
                 fields.push_back({part.name, part.filename, part.content_type, {}});
                 return true;
               },
               [&](const char* bytes, size_t size) {
                 fields.back().content.append(bytes, size);
                 return true;
               });
         });
    MemoryStream stream(text);
    bool closed = false;
    process_request(stream, true, closed, nullptr);
    if (!read) return std::nullopt;
    return fields;
  }
};

std::string_view type_of(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return content_type;
}

// The library takes all that follows "boundary=".
std::string boundary_of(std::string_view content_type) {
  constexpr std::string_view kName = "boundary=";
  for (std::size_t at = 0; at + kName.size() <= content_type.size(); ++at) {
    if (!equal_ignoring_case(content_type.substr(at, kName.size()), kName)) continue;
    std::string_view value = content_type.substr(at + kName.size());
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return std::string(value.substr(0, value.find('"')));
    }
    return std::string(value.substr(0, value.find_first_of("; \t")));
  }
  return {};
}

// Whether each line of each part's head is simple enough for the library.
bool heads_are_simple(std::string_view body, const std::string& boundary) {
  const std::string opening = "--" + boundary + "\r\n";
  for (std::size_t at = body.find(opening); at != std::string_view::npos;
       at = body.find(opening, at)) {
    at += opening.size();
    for (;;) {
      const std::size_t end = body.find("\r\n", at);
      const std::size_t size = std::min(end, body.size()) - at;
      const std::string_view line = body.substr(at, size);
      if (size > kMostPartLine || std::count(line.begin(), line.end(), '"') > kMostQuotes) {
        return false;
      }
      if (end == std::string_view::npos || size == 0) break;
      at = end + 2;
    }
  }
  return true;
}

std::optional<std::vector<FormField>> read_multipart(const std::string& content_type,
                                                     const std::string& body) {
  const std::string boundary = boundary_of(content_type);
  if (boundary.empty() || boundary.size() > kMostBoundary) return std::nullopt;
  // What a browser sends for a form without fields, and the library does not know.
  if (body.starts_with("--" + boundary + "--")) return std::vector<FormField>{};
  if (!heads_are_simple(body, boundary)) return std::nullopt;
  // Some clients leave out the last CRLF, which the library waits for.
  return Parser().parse(
      fmt::format("POST / HTTP/1.1\r\nContent-Type: {}; boundary={}\r\nContent-Length: {}\r\n\r\n"
                  "{}\r\n",
                  kMultipart, boundary, body.size() + 2, body));
}

std::optional<std::vector<FormField>> read_urlencoded(const std::string& body) {
  auto pairs = query_fields(body);
  if (!pairs) return std::nullopt;
  std::vector<FormField> fields;
  for (auto& [name, value] : *pairs) fields.push_back({std::move(name), {}, {}, std::move(value)});
  return fields;
}

}  // namespace

bool is_form(std::string_view content_type) {
  return equal_ignoring_case(type_of(content_type), kMultipart) ||
         equal_ignoring_case(type_of(content_type), kUrlencoded);
}

std::optional<std::vector<FormField>> read_form(const std::string& content_type,
                                                const std::string& body) {
  if (equal_ignoring_case(type_of(content_type), kUrlencoded)) return read_urlencoded(body);
  return read_multipart(content_type, body);
}

void make_form_statics() {
  static std::once_flag once;
  std::call_once(once, [] {
    make_httplib_statics();
    read_multipart("multipart/form-data; boundary=x",
                   "--x\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nv\r\n--x--\r\n");
  });
}

}  // namespace roomle_sim
