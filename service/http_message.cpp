#include "service/http_message.h"

#include <strings.h>

#include "base/json_text.h"

namespace roomle_sim {

const std::string* ApiRequest::header(std::string_view name) const {
  for (const auto& [one, value] : headers) {
    if (one.size() == name.size() && strncasecmp(one.data(), name.data(), name.size()) == 0) {
      return &value;
    }
  }
  return nullptr;
}

const std::string* ApiRequest::query_value(std::string_view name) const {
  for (const auto& [one, value] : query) {
    if (one == name) return &value;
  }
  return nullptr;
}

const FormField* ApiRequest::field(std::string_view name) const {
  for (const FormField& one : form) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

ApiResponse json_response(int status, const nlohmann::ordered_json& body) {
  ApiResponse response;
  response.status = status;
  // What an endpoint or a customer sent may be no UTF-8.
  response.body = json_text(body);
  response.body += '\n';  // so that what curl shows is a line
  return response;
}

ApiResponse problem_response(const ApiProblem& problem) {
  nlohmann::ordered_json error{
      {"status", problem.status}, {"code", problem.code}, {"message", problem.message}};
  if (!problem.where.empty()) error["where"] = problem.where;
  ApiResponse response = json_response(problem.status, {{"error", std::move(error)}});
  response.headers = problem.headers;
  return response;
}

}  // namespace roomle_sim
