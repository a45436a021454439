#include "sender/response_head.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether a comma-separated list has that word.
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (same_word(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// Control characters and bytes beyond ASCII do not belong into a message for people.
std::string excerpt(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, 40)) text += c >= ' ' && c <= '~' ? c : '.';
  return bytes.size() > 40 ? text + "…" : text;
}

}  // namespace

std::size_t ResponseHead::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (state_ == State::incomplete && used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    const auto newline = rest.find('\n');
    const bool ended = newline != std::string_view::npos;
    const std::string_view part = rest.substr(0, ended ? newline + 1 : rest.size());
    used += part.size();
    taken_ += part.size();
    line_ += part;
    if (status_ == 0 && !kVersion.starts_with(std::string_view(line_).substr(0, kVersion.size()))) {
      refuse(fmt::format("not an HTTP/1 response: it begins with \"{}\"", excerpt(line_)));
    } else if (status_ == 0 && line_.size() > kStatusLineCap) {
      refuse(fmt::format("the status line is longer than {} bytes", kStatusLineCap));
    } else if (taken_ > kHeadCap) {
      refuse(fmt::format("the response's headers are longer than {} bytes", kHeadCap));
    } else if (ended) {
      const std::string line = std::exchange(line_, {});
      const std::size_t end = line.size() > 1 && line[line.size() - 2] == '\r' ? 2 : 1;
      take_line(std::string_view(line).substr(0, line.size() - end));
    }
  }
  return used;
}

void ResponseHead::take_line(std::string_view line) {
  if (status_ == 0) {
    take_status_line(line);
  } else if (!line.empty()) {
    take_header(line);
  } else if (status_ < 200 && status_ != 101) {
    status_ = 0;  // an interim response: the real one follows
    headers_.clear();
  } else {
    finish();
  }
}

void ResponseHead::take_status_line(std::string_view line) {
  // "HTTP/1.1 200" and perhaps a space and the reason.
  const bool fits = line.size() >= 12 && line.starts_with(kVersion) &&
                    (line[7] == '0' || line[7] == '1') && line[8] == ' ' && line[9] != '0' &&
                    std::all_of(line.begin() + 9, line.begin() + 12, is_digit) &&
                    (line.size() == 12 || line[12] == ' ');
  if (!fits) return refuse(fmt::format("not a status line: \"{}\"", excerpt(line)));
  minor_version_ = line[7] - '0';
  std::from_chars(line.data() + 9, line.data() + 12, status_);
}

void ResponseHead::take_header(std::string_view line) {
  const auto colon = line.find(':');
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse(fmt::format("a header line begins with a space: \"{}\"", excerpt(line)));
  }
  if (colon == std::string_view::npos || colon == 0) {
    return refuse(fmt::format("not a header line: \"{}\"", excerpt(line)));
  }
  headers_.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

void ResponseHead::finish() {
  if (status_ == 101) return refuse("101: nobody asked to switch protocols");
  state_ = State::complete;
  decide_framing();
  decide_keep_alive();
}

void ResponseHead::decide_framing() {
  std::optional<std::string_view> length;
  bool chunked = false;
  for (const auto& [name, value] : headers_) {
    if (same_word(name, "Transfer-Encoding")) {
      if (chunked || !same_word(value, "chunked")) {
        return refuse(fmt::format("Transfer-Encoding \"{}\" is not understood", excerpt(value)));
      }
      chunked = true;
    } else if (same_word(name, "Content-Length")) {
      constexpr std::size_t kLengthDigits = 18;  // fits 64 bits
      if (value.empty() || value.size() > kLengthDigits ||
          !std::all_of(value.begin(), value.end(), is_digit)) {
        return refuse(fmt::format("Content-Length \"{}\" is not a number", excerpt(value)));
      }
      if (length && *length != value) return refuse("two values of Content-Length");
      length = value;
    }
  }
  if (length) std::from_chars(length->data(), length->data() + length->size(), length_);
  if (status_ == 204 || status_ == 304) {
    framing_ = Framing::none;
  } else if (chunked) {
    framing_ = Framing::chunked;
  } else if (length) {
    framing_ = Framing::length;
  }
}

void ResponseHead::decide_keep_alive() {
  bool close = false;
  bool keep = minor_version_ >= 1;
  for (const auto& [name, value] : headers_) {
    if (!same_word(name, "Connection")) continue;
    close = close || lists(value, "close");
    keep = keep || lists(value, "keep-alive");
  }
  keep_alive_ = keep && !close && framing_ != Framing::until_close;
}

std::string ResponseHead::library_text() const {
  const std::string status_line = fmt::format("HTTP/1.{} {}\r\n", minor_version_, status_);
  switch (framing_) {
    case Framing::none:  // the library would read a 304 until the connection ends
      return status_line + "Content-Length: 0\r\n\r\n";
    case Framing::length:
      return status_line + fmt::format("Content-Length: {}\r\n\r\n", length_);
    case Framing::chunked:
    case Framing::until_close:
      break;
  }
  return status_line + "\r\n";
}

void ResponseHead::refuse(std::string problem) {
  state_ = State::malformed;
  problem_ = std::move(problem);
}

}  // namespace roomle_sim
