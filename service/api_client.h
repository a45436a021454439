// Calls the inspector of a running service: for the client subcommands (deliveries, mails, tail).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "base/secret.h"
#include "sender/transport.h"

namespace roomle_sim {

struct ApiAnswer {
  int status = 0;
  Headers headers;
  std::string body;
};

// Threads: one at a time, but for interrupt(). Errors: unavailable, each with the address: nobody
// listens there, no answer in time, an answer that is not of a roomle-sim. Redirects are not
// followed, so that the access token goes nowhere else.
class ApiClient {
 public:
  // Errors: usage, a URL that is none.
  static Result<std::unique_ptr<ApiClient>> create(const std::string& url,
                                                   std::optional<Secret> access_token);
  ~ApiClient();

  Result<ApiAnswer> request(const std::string& method, const std::string& target,
                            const std::string& body = {}, const Headers& headers = {});
  using OnBytes = std::function<bool(std::string_view)>;
  // An answer without end: `on_bytes` returns false to end it. Its result: as request(), with the
  // body passed on already (of a status that is not 200 it is in the answer).
  Result<ApiAnswer> stream(const std::string& target, const Headers& headers,
                           const OnBytes& on_bytes);
  // Ends what is under way, and whatever is asked after it, from any thread.
  void interrupt();

 private:
  class Impl;
  explicit ApiClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The answer's JSON, where it is the success and of the form that is expected: an object. Else an
// error for people: the service's own message (401: names --access-token-file), or "what answers at
// URL is no roomle-sim service". Never throws.
Result<nlohmann::ordered_json> parse_answer(const Result<ApiAnswer>& answer,
                                            const std::string& url);

}  // namespace roomle_sim
