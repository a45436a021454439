#include "cli/console.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/exit_code.h"

namespace roomle_sim {
namespace {

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

}  // namespace

void Console::write(std::FILE* stream, std::string_view text) {
  const std::lock_guard lock(mutex_);
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
                       std::fputc('\n', stream) != EOF && std::fflush(stream) == 0;
  if (!written && stream == stdout) failed_ = true;
}

void Console::line(std::string_view text) {
  if (!json) write(stdout, text);
}

void Console::data(std::string_view text) {
  write(stdout, text);
}

void Console::object(const nlohmann::ordered_json& object) {
  using nlohmann::ordered_json;
  if (json) write(stdout, object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

void Console::message(std::string_view text) {
  if (!quiet) write(stderr, text);
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
  return !quiet && isatty(STDERR_FILENO) != 0;
}

bool Console::flush() {
  const std::lock_guard lock(mutex_);
  return std::fflush(stdout) == 0 && !failed_;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

}  // namespace roomle_sim
