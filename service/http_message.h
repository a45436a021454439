// A request to the service and its answer, as a route sees them. Plain data: no sockets here.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "endpoint/http_listener.h"
#include "sender/transport.h"

namespace roomle_sim {

struct ApiRequest {
  std::string method;
  std::string path;                                        // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in their order
  Headers headers;                                         // in their order, as they came
  std::string body;
  std::vector<FormField> form;                     // of multipart/form-data, or urlencoded
  std::map<std::string, std::string> path_values;  // what stands for {name} in the route
  std::string route;                               // its pattern
  // It would pass the guard of the inspector's routes: no page of another origin has sent it, and
  // it holds the access token where there is one. Vendor routes ask for more than their own data
  // only where this holds.
  bool trusted = false;

  // The first of that name (headers: without regard to case); null where there is none.
  [[nodiscard]] const std::string* header(std::string_view name) const;
  [[nodiscard]] const std::string* query_value(std::string_view name) const;
  [[nodiscard]] const FormField* field(std::string_view name) const;
  // What stands for {name}. A bug (std::out_of_range) where the route has no such name.
  [[nodiscard]] const std::string& value(const std::string& name) const {
    return path_values.at(name);
  }
};

// Where an answer that has no end is written to, piece by piece.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  // False: the reader is gone, reads too slowly, or the service ends. Then return.
  virtual bool write(std::string_view bytes) = 0;
  // True: nobody reads any more (looked at without blocking), or the service ends.
  virtual bool ended() = 0;
};

struct ApiResponse {
  int status = 200;
  Headers headers;  // beside Content-Type, Content-Length, Date, Connection and those of CORS
  std::string content_type = "application/json";
  std::string body;
  // Set: called with the head sent, in place of `body`; the connection ends with its return.
  std::function<void(StreamSink&)> stream;
};

ApiResponse json_response(int status, const nlohmann::ordered_json& body);

// The one form of all errors:
//   {"error": {"status": 400, "code": "bad_value", "message": "…", "where": "form field 'type'"}}
// `code` is a stable word, `message` a sentence for people, `where` the place (absent when empty).
struct ApiProblem {
  int status = 400;
  std::string code;
  std::string message;
  std::string where;
  Headers headers;  // such as Retry-After, Allow
};
ApiResponse problem_response(const ApiProblem& problem);

}  // namespace roomle_sim
