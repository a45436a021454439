// A server with some routes, and requests to it as bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "service/http_server.h"
#include "tests/support/raw_client.h"

namespace roomle_sim::test {

inline constexpr const char* kAccessToken = "a-long-access-token-of-a-test";

// Opened once; whoever waits goes on then.
class Latch {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  // False: only a hanging test gets there.
  bool wait() {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, std::chrono::seconds(20), [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

inline ApiResponse text_response(std::string text) {
  ApiResponse response;
  response.content_type = "text/plain";
  response.body = std::move(text);
  return response;
}

// What a handler was asked, as JSON.
inline ApiResponse echo(const ApiRequest& request) {
  nlohmann::ordered_json told{{"method", request.method},
                              {"path", request.path},
                              {"body", request.body},
                              {"route", request.route},
                              {"trusted", request.trusted}};
  for (const auto& [name, value] : request.query) told["query"].push_back({name, value});
  for (const auto& [name, value] : request.path_values) told["values"][name] = value;
  for (const FormField& field : request.form) {
    told["form"].push_back({field.name, field.filename, field.content_type, field.content});
  }
  return json_response(200, told);
}

inline Router echo_router() {
  Router router;
  router.add(Audience::inspector, "GET", "/healthz", echo);
  router.add(Audience::inspector, "GET", "/sim/v1/things", echo);
  router.add(Audience::inspector, "POST", "/sim/v1/things", echo);
  router.add(Audience::inspector, "GET", "/sim/v1/things/{id}", echo);
  router.add(Audience::vendor, "POST", "/v2/configurations/{id}/shares", echo);
  router.add(Audience::vendor, "GET", "/v2/tenants/{id}", echo);
  router.add(Audience::vendor, "PUT", "/v2/tenants/{id}", echo);
  return router;
}

inline std::unique_ptr<HttpServer> start_server(Router router = echo_router(),
                                                HttpServerOptions options = {}) {
  auto server = HttpServer::start(std::move(options), std::move(router));
  if (!server) throw std::runtime_error(server.error().message);
  return std::move(*server);
}

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

// With "Host: 127.0.0.1" where `headers` have none.
inline std::string request_text(const std::string& method, const std::string& target,
                                const HeaderLines& headers = {}, const std::string& body = {}) {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  bool host = false;
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
    host = host || name == "Host";
  }
  if (!host) text += "Host: 127.0.0.1\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

// One request on a connection of its own.
inline std::string ask(const HttpServer& server, const std::string& request) {
  RawClient client(server.port());
  client.send(request);
  return client.read_response();
}

inline int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

inline std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

inline nlohmann::ordered_json json_of(const std::string& answer) {
  return json_from(body_of(answer));
}

// The answer's error, after a look at its form.
inline std::string error_code(const std::string& answer) {
  const nlohmann::ordered_json error = json_of(answer).at("error");
  if (error.at("status") != status_of(answer) || !error.at("message").is_string()) return {};
  return error.at("code");
}

}  // namespace roomle_sim::test
