// What bench/pipeline.cpp needs beside the program: `serve` as a process, and clients that share.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/wait.h>

namespace roomle_sim {

using BenchClock = std::chrono::steady_clock;

inline double milliseconds(BenchClock::duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

// `roomle-sim serve` on a data folder, from exec to SIGTERM. Nobody reads its stdout behind the
// line that it is ready, so it tells nothing (cli/output_queue.h).
class ServeProcess {
 public:
  ServeProcess(const std::string& tenants_file, const std::string& data_folder) {
    const std::vector<std::string> command{PROGRAM,     "serve",      "--json", "-q",
                                           "--port",    "0",          "--keep", "forever",
                                           "--tenants", tenants_file, "--data", data_folder};
    std::vector<char*> arguments;
    for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const auto start = BenchClock::now();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      execv(PROGRAM, arguments.data());
      _exit(127);
    }
    close(pipe_ends[1]);
    const auto ready = nlohmann::json::parse(read_line(pipe_ends[0]), nullptr, false);
    ready_ms_ = milliseconds(BenchClock::now() - start);
    close(pipe_ends[0]);
    if (!ready.is_object() || ready.value("type", "") != "ready") {
      end(SIGKILL);
      throw std::runtime_error("serve did not get ready");
    }
    port_ = ready.at("port").get<std::uint16_t>();
    taken_up_ = ready.value("takenUp", 0L);
  }
  ~ServeProcess() { end(SIGTERM); }
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  void end(int signal_number) {
    if (pid_ <= 0) return;
    kill(pid_, signal_number);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double ready_ms() const { return ready_ms_; }  // since it was started
  [[nodiscard]] long taken_up() const { return taken_up_; }
  // A line of /proc/PID/status, such as "VmRSS", in MB.
  [[nodiscard]] double megabytes(const std::string& name) const {
    std::ifstream status(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
    }
    return 0;
  }

 private:
  static std::string read_line(int from) {
    std::string line;
    for (char c = 0; read(from, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  double ready_ms_ = 0;
  long taken_up_ = 0;
};

// A kept-alive connection, as cheap as can be: what it costs is taken from the service's share of
// the machine.
class ApiConnection {
 public:
  explicit ApiConnection(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect to serve");
    }
  }
  ~ApiConnection() { close(socket_); }
  ApiConnection(const ApiConnection&) = delete;
  ApiConnection& operator=(const ApiConnection&) = delete;

  struct Answer {
    int status = 0;
    std::string body;
  };

  Answer get(std::string_view path) {
    return exchange(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path));
  }

  // Saves a draft, as the vendor's client does (its form is larger, its headers are more).
  Answer share(int tenant, std::uint64_t number) {
    static constexpr std::string_view kForm = "email=customer%40example.com&type=3";
    return exchange(
        fmt::format("POST /v2/configurations/bench:item:{}/shares HTTP/1.1\r\n"
                    "Host: 127.0.0.1\r\ncurrentTenant: {}\r\nconfigurator: bench\r\n"
                    "Content-Type: application/x-www-form-urlencoded\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    number, tenant, kForm.size(), kForm));
  }

 private:
  Answer exchange(const std::string& request) {
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("serve took no request");
    }
    std::size_t head = fill_until([&] { return buffer_.find("\r\n\r\n"); });
    const std::size_t length_at = buffer_.find("Content-Length: ");
    const std::size_t length =
        length_at < head ? std::strtoul(buffer_.c_str() + length_at + 16, nullptr, 10) : 0;
    head += 4;
    fill_until([&] { return buffer_.size() < head + length ? std::string::npos : 0; });
    Answer answer{std::atoi(buffer_.c_str() + std::string_view("HTTP/1.1 ").size()),
                  buffer_.substr(head, length)};
    buffer_.erase(0, head + length);
    return answer;
  }

  template <class Find>
  std::size_t fill_until(Find find) {
    for (;;) {
      if (const std::size_t at = find(); at != std::string::npos) return at;
      char bytes[4096];
      const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) throw std::runtime_error("serve ended the connection");
      buffer_.append(bytes, static_cast<std::size_t>(got));
    }
  }

  int socket_;
  std::string buffer_;
};

}  // namespace roomle_sim
