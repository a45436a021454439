#include "cli/console.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>

#include "base/json_text.h"
#include "cli/exit_code.h"

namespace roomle_sim {
namespace {

// A pipe that is ready takes so much at once (PIPE_BUF).
constexpr std::size_t kMostOfNote = 4000;

std::string_view code_of(Console::Style style) {
  switch (style) {
    case Console::Style::good:
      return "32";
    case Console::Style::bad:
      return "31";
    case Console::Style::dim:
      return "2";
    case Console::Style::bold:
      return "1";
    case Console::Style::plain:
      break;
  }
  return "";
}

// The bytes of the UTF-8 character at the start of `text`, or 0 where there is none: neither an
// overlong form nor a surrogate is one.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return byte(1) < low || byte(1) > high ? 0 : length;
}

}  // namespace

// Neither lock is waited for while the other is held: a stdout that nobody reads holds up no
// message.
void Console::show_status(bool show) {
  const std::lock_guard lock(err_);
  if (status_.empty()) return;
  std::fputs(show ? status_.c_str() : "\r\x1b[K", stderr);
}

void Console::status(std::string_view text) {
  if (!interactive() || json) return;
  show_status(false);
  const std::lock_guard lock(err_);
  status_ = text;
  std::fputs(status_.c_str(), stderr);
}

void Console::write(std::FILE* stream, std::string_view text, bool newline) {
  show_status(false);
  write_alone(stream, text, newline);
  show_status(true);
}

void Console::write_alone(std::FILE* stream, std::string_view text, bool newline) {
  const std::lock_guard lock(stream == stdout ? out_ : err_);
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
                       (!newline || std::fputc('\n', stream) != EOF) && std::fflush(stream) == 0;
  if (!written && stream == stdout) failed_ = true;
}

void Console::line(std::string_view text) {
  if (json) return;
  {
    const std::lock_guard lock(held_mutex_);
    if (held_) {
      *held_ += text;
      *held_ += '\n';
      return;
    }
  }
  if (lines_aside) return message(text);
  write(stdout, text);
}

Console::Together::Together(Console& console) : console_(console) {
  const std::lock_guard lock(console_.held_mutex_);
  console_.held_.emplace();
}

Console::Together::~Together() {
  std::string lines;
  {
    const std::lock_guard lock(console_.held_mutex_);
    lines = std::exchange(console_.held_, std::nullopt).value_or("");
  }
  if (lines.empty() || (console_.lines_aside && console_.quiet)) return;
  console_.write(console_.lines_aside ? stderr : stdout, lines, false);
}

void Console::data(std::string_view text) {
  write(stdout, text);
}

void Console::bytes(std::string_view bytes) {
  write(stdout, bytes, false);
}

void Console::object(const nlohmann::ordered_json& object) {
  using nlohmann::ordered_json;
  if (json) write(stdout, json_text(object));
}

void Console::message(std::string_view text) {
  if (!quiet) write(stderr, text);
}

void Console::note(std::string_view text) {
  if (quiet) return;
  const std::string line = fmt::format("{}\n", text.substr(0, kMostOfNote));
  const std::unique_lock lock(err_, std::try_to_lock);
  pollfd stream{STDERR_FILENO, POLLOUT, 0};
  if (!lock || poll(&stream, 1, 0) != 1 || (stream.revents & POLLOUT) == 0) return;
  // Past stdio, which would keep it for later; stderr keeps nothing back itself.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void Console::error(std::string_view text) {
  write(stderr, fmt::format("roomle-sim: {}", text));
}

int Console::fail(const Error& failure) {
  // The mistakes of a file come in several lines, each from file:line:column on: editors look for
  // that at the start of a line.
  if (failure.message.find('\n') != std::string::npos) {
    write(stderr, failure.message);
  } else {
    error(failure.message);
  }
  return exit_code::of(failure.code);
}

std::string Console::styled(std::string_view text, Style style) const {
  const std::string_view code = code_of(style);
  if (code.empty() || !colors()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

bool Console::colors() const {
  const char* no_color_variable = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  const char* terminal = std::getenv("TERM");               // NOLINT(concurrency-mt-unsafe)
  if (no_color || json) return false;
  if (no_color_variable != nullptr && *no_color_variable != '\0') return false;
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return isatty(STDOUT_FILENO) != 0;
}

bool Console::interactive() const {
  const char* terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return !quiet && !dumb && isatty(STDERR_FILENO) != 0;
}

std::size_t Console::width() {
  constexpr std::size_t kUsual = 100;
  winsize size{};
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    if (ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return kUsual;
}

bool Console::flush() {
  const std::lock_guard lock(out_);
  return std::fflush(stdout) == 0 && !failed_;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = character_length(text);
    if (byte == '\n') {
      shown += "\\n";
    } else if (length == 0 || byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {
      shown += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[1]));
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return shown;
}

}  // namespace roomle_sim
