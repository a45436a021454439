// What the tests of `serve` and of the commands that speak to it share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "tests/cli/program.h"
#include "tests/support/raw_client.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {

inline std::uint16_t port_in(const std::string& url) {
  const std::size_t colon = url.find(':', url.find("//") + 2);
  return static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
}

// One tenant, 42 "acme", with that webhook; `simulator` is JSON. More tenants may follow.
inline std::string tenants_text(const std::string& webhook, const std::string& simulator = "{}",
                                const std::string& more = {}) {
  return fmt::format(
      R"({{"tenants":[{{"id":42,"name":"acme","label":"Acme","apiKey":"aValidApiKey","webhook":"{}","simulator":{}}}{}],
          "credentials":[{{"apiKey":"aValidApiKey","secret":"a-Secr3t_Str1ng!"}}]}})",
      webhook, simulator, more);
}

// An answer of a server, taken apart.
struct WebAnswer {
  int status = 0;
  std::string head;
  std::string body;

  [[nodiscard]] nlohmann::ordered_json json() const { return json_from(body); }
};

inline WebAnswer ask(std::uint16_t port, const std::string& method, const std::string& target,
                     const std::string& body = {},
                     const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  std::string request =
      fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", method, target, port);
  for (const auto& [name, value] : headers) request += fmt::format("{}: {}\r\n", name, value);
  request += fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
  test::RawClient client(port);
  client.send(request);
  const std::string bytes = client.read_response();
  WebAnswer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = bytes.substr(0, end);
  answer.body = bytes.substr(end + 4);
  answer.status = std::stoi(answer.head.substr(answer.head.find(' ') + 1));
  return answer;
}

// A `roomle-sim serve --json` beside the test, in a folder of its own.
class RunningService {
 public:
  explicit RunningService(const TemporaryFolder& folder, const std::vector<std::string>& more = {},
                          const ProcessOptions& options = {})
      : process_(command(folder, more), options), ready_(json_from(process_.read_line())) {
    if (!ready_.is_object() || ready_["type"] != "ready") {
      throw std::runtime_error("serve is not ready: " + process_.wait().err);
    }
  }

  // Its tenants file is `tenants.json` of the folder, its data stand in `data`.
  static std::vector<std::string> command(const TemporaryFolder& folder,
                                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"serve",     "--json",
                                       "--port",    "0",
                                       "--tenants", folder.path() + "/tenants.json",
                                       "--data",    folder.path() + "/data"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return program(arguments);
  }

  Process& process() { return process_; }
  [[nodiscard]] const nlohmann::ordered_json& ready() const { return ready_; }
  [[nodiscard]] std::string url() const { return ready_.at("url").get<std::string>(); }
  [[nodiscard]] std::uint16_t port() const { return ready_.at("port").get<std::uint16_t>(); }

  // A saved draft, as the vendor's client sends it; the delivery's id.
  std::string share(const std::string& configuration = "c:i:1",
                    const std::string& tenant = "42") const {
    const WebAnswer answer =
        ask(port(), "POST", "/v2/configurations/" + configuration + "/shares",
            "email=customer%40example.com&type=3",
            {{"Content-Type", "application/x-www-form-urlencoded"}, {"currentTenant", tenant}});
    const nlohmann::ordered_json json = answer.json();
    if (answer.status != 200 || !json.is_object() || !json.contains("delivery")) {
      throw std::runtime_error("the share was not taken: " + answer.head + answer.body);
    }
    return json["delivery"].get<std::string>();
  }

  // The next object of that type on stdout; those before it are passed over.
  nlohmann::ordered_json next(const std::string& type) {
    for (std::string line = process_.read_line(); !line.empty(); line = process_.read_line()) {
      auto object = json_from(line);
      if (object["type"] == type) return object;
    }
    throw std::runtime_error("serve has ended: " + process_.wait().err);
  }

  // A client command against it, to its end.
  [[nodiscard]] ProcessResult client(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--url", url()});
    return roomle_sim_run(std::move(arguments));
  }

 private:
  Process process_;
  nlohmann::ordered_json ready_;
};

// A server of somebody else's, which gives each request the same answer.
class ForeignServer {
 public:
  explicit ForeignServer(std::string body, std::string content_type = "application/json",
                         std::string status = "200 OK")
      : server_([answer = fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
                                      "Connection: close\r\n\r\n{}",
                                      status, content_type, body.size(),
                                      body)](RawConnection& connection) {
          if (!connection.read_request().empty()) connection.send(answer);
        }) {}

  [[nodiscard]] std::string url() const { return server_.origin(); }

 private:
  RawServer server_;
};

}  // namespace roomle_sim
