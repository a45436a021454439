#include "tests/support/process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>

#include <sys/wait.h>

namespace roomle_sim {
namespace {

struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  int ends[2] = {-1, -1};
};

void write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n <= 0) return;  // the program has closed its stdin
    done += static_cast<std::size_t>(n);
  }
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

// In the child, between fork and exec. The parent may have threads, but all memory was made before.
[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         const ProcessOptions& options, int in, int out, int err) {
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(126);
  if (!options.stdout_to.empty()) out = open(options.stdout_to.c_str(), O_WRONLY);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);  // a shell ignores it for what it runs in the background
  execvpe(arguments[0], arguments.data(), environment.data());
  _exit(127);
}

pid_t spawn(const std::vector<std::string>& command, const ProcessOptions& options, int in, int out,
            int err) {
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string text = *one;
    if (!options.environment.contains(text.substr(0, text.find('=')))) variables.push_back(text);
  }
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  std::vector<char*> environment;
  for (std::string& one : variables) environment.push_back(one.data());
  environment.push_back(nullptr);
  std::vector<std::string> copy = command;
  std::vector<char*> arguments;
  for (std::string& one : copy) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("no fork");
  if (pid == 0) become(arguments, environment, options, in, out, err);
  return pid;
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const ProcessOptions& options) {
  Pipe in;
  Pipe out;
  Pipe err;
  pid_ = spawn(command, options, in.ends[0], out.ends[1], err.ends[1]);
  for (const int fd : {in.ends[0], out.ends[1], err.ends[1]}) close(fd);
  out_ = out.ends[0];
  err_ = err.ends[0];
  const int to = in.ends[1];
  std::thread([to, text = options.input] {
    std::signal(SIGPIPE, SIG_IGN);
    write_all(to, text);
    close(to);
  }).detach();
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
  close(err_);
}

std::string Process::read_line() {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    char more[4096];
    const ssize_t n = ::read(out_, more, sizeof more);
    if (n <= 0) return std::exchange(buffer_, {});
    buffer_.append(more, static_cast<std::size_t>(n));
  }
}

void Process::signal(int number) const {
  kill(pid_, number);
}

ProcessResult Process::wait() {
  ProcessResult result;
  std::thread errors([&] { result.err = read_all(err_); });
  result.out = buffer_ + read_all(out_);
  errors.join();
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  result.exit_code = exit_code_of(status);
  return result;
}

ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  return Process(command, options).wait();
}

}  // namespace roomle_sim
