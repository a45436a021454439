#include "cli/endpoint_control.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/eventfd.h>

#include "endpoint/fault_line.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

Result<Behavior> behavior_of_file(const std::string& path) {
  if (path.empty() || path == "-") {
    return Error{ErrorCode::usage, "behavior FILE: a file is missing"};
  }
  const Result<Source> source = read_source(path);
  if (!source) return source.error();
  return parse_behavior(*source);
}

}  // namespace

Result<Behavior> behavior_of_command(const std::string& line) {
  const std::size_t space = line.find_first_of(" \t");
  const std::string word = line.substr(0, space);
  const std::string rest = space == std::string::npos ? std::string() : trimmed(line.substr(space));
  if (word == "fault") {
    return parse_fault_line(std::make_shared<SourceText>(SourceText{"fault", rest}));
  }
  if (word == "behavior") return behavior_of_file(rest);
  if (word == "normal" && rest.empty()) return Behavior{};
  // A fault by itself, as --fault takes it.
  const bool fault = parse_fault_line(std::make_shared<SourceText>(SourceText{"fault", line})).ok();
  return Error{ErrorCode::usage,
               fmt::format("there is no command '{}'{}: fault LINE, behavior FILE, or normal", line,
                           fault ? fmt::format(" (did you mean 'fault {}'?)", line)
                                 : did_you_mean(word, {"fault", "behavior", "normal"}))};
}

StdinLines::StdinLines(std::function<void(const std::string&)> on_line)
    : on_line_(std::move(on_line)), ending_(eventfd(0, EFD_CLOEXEC)) {
  if (ending_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { read(); });
}

StdinLines::~StdinLines() {
  eventfd_write(ending_, 1);
  thread_.join();
  close(ending_);
}

void StdinLines::read() {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {ending_, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) return;
    if (fds[1].revents != 0) return;
    if (fds[0].revents == 0) continue;
    const ssize_t got = ::read(STDIN_FILENO, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
    take(text);
  }
  text += '\n';  // the last line may lack it
  take(text);
}

// Whole lines leave `text`.
void StdinLines::take(std::string& text) const {
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    const std::string line = trimmed(text.substr(0, end));
    text.erase(0, end + 1);
    if (!line.empty() && line.front() != '#') on_line_(line);
  }
}

}  // namespace roomle_sim
