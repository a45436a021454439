#include "cli/client.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"
#include "cli/serve_options.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// Whether it is the one form of all the service's errors (service/http_message.h).
bool is_problem(const std::string& body) {
  const ordered_json json = json_from(body);
  if (!json.is_object()) return false;
  const auto error = json.find("error");
  return error != json.end() && error->is_object() && error->contains("code");
}

int exit_code_of_status(int status) {
  switch (status) {
    case 404:
    case 409:
      return exit_code::kNotAsExpected;
    case 429:
      return exit_code::kCouldNotRun;
    default:
      return status >= 400 && status <= 499 ? exit_code::kUsage : exit_code::kCouldNotRun;
  }
}

struct Call {
  const std::string& method;
  const std::string& target;
  const std::string& body;
  const Headers& headers;
};

Result<ordered_json, CallFailed> call_at_most(int times, Console& console,
                                              const ClientOptions& options, const Call& what) {
  const Result<std::unique_ptr<ApiClient>> client = options.open();
  if (!client) return CallFailed{console.fail(client.error())};
  Result<ApiAnswer> answer = (*client)->request(what.method, what.target, what.body, what.headers);
  while (!answer && --times > 0) {
    answer = (*client)->request(what.method, what.target, what.body, what.headers);
  }
  Result<ordered_json> parsed = parse_answer(answer, options.url());
  if (!parsed) return tell_failure(console, answer, options.url());
  return std::move(*parsed);
}

}  // namespace

void ClientOptions::add_to(Command& command) {
  url_ = fmt::format("http://127.0.0.1:{}", kServePort);
  command.add_option("--url", url_, fmt::format("Where the service is (default {})", url_))
      .type_name("URL")
      .envname("ROOMLE_SIM_URL");
  access_token_.add_to(command, "A file with the access token that `serve` was started with");
}

Result<std::unique_ptr<ApiClient>> ClientOptions::open() const {
  Result<std::optional<Secret>> token = access_token_.read();
  if (!token) return token.error();
  auto client = ApiClient::create(url_, std::move(*token));
  if (!client) return about_flag("--url", client.error());
  return client;
}

Error foreign_answer(const std::string& url) {
  return {ErrorCode::unavailable,
          fmt::format("what answers at {} is no roomle-sim service", printable(url))};
}

CallFailed tell_failure(Console& console, const Result<ApiAnswer>& answer, const std::string& url) {
  const Result<ordered_json> parsed = parse_answer(answer, url);
  // A success that was none for the caller: it is not what the service gives.
  const Error error = parsed.ok() ? foreign_answer(url) : parsed.error();
  // Its words come from whoever answers there.
  console.error(printable(error.message));
  if (!answer.ok()) return {exit_code::of(answer.error().code)};
  const bool ours = answer->status >= 400 && is_problem(answer->body);
  return {ours ? exit_code_of_status(answer->status) : exit_code::kCouldNotRun};
}

Result<ordered_json, CallFailed> call(Console& console, const ClientOptions& options,
                                      const std::string& method, const std::string& target,
                                      const std::string& body, const Headers& headers) {
  return call_at_most(1, console, options, {method, target, body, headers});
}

Result<ordered_json, CallFailed> call_again(Console& console, const ClientOptions& options,
                                            const std::string& method, const std::string& target,
                                            const std::string& body, const Headers& headers) {
  return call_at_most(2, console, options, {method, target, body, headers});
}

Result<std::string, CallFailed> call_for_bytes(Console& console, const ClientOptions& options,
                                               const std::string& target) {
  const Result<std::unique_ptr<ApiClient>> client = options.open();
  if (!client) return CallFailed{console.fail(client.error())};
  Result<ApiAnswer> answer = (*client)->request("GET", target);
  if (!answer || answer->status != 200) return tell_failure(console, answer, options.url());
  return std::move(answer->body);
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= 'a' && byte <= 'z') ||
                            std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += unreserved ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, percent_encoded(value));
  }
  return query;
}

AnswerReader::AnswerReader(const ordered_json& value) : value_(value), ok_(value.is_object()) {}

const ordered_json* AnswerReader::find(const char* name) const {
  if (!value_.is_object()) return nullptr;
  const auto found = value_.find(name);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

bool AnswerReader::expect(bool fits) {
  ok_ = ok_ && fits;
  return fits;
}

bool AnswerReader::has(const char* name) const {
  return find(name) != nullptr;
}

std::string AnswerReader::text(const char* name) {
  expect(has(name));
  return text_or(name);
}

std::int64_t AnswerReader::number(const char* name) {
  expect(has(name));
  return number_or(name);
}

bool AnswerReader::flag(const char* name) {
  expect(has(name));
  return flag_or(name);
}

const ordered_json& AnswerReader::array(const char* name) {
  static const ordered_json kNone = ordered_json::array();
  const ordered_json* found = find(name);
  return expect(found != nullptr && found->is_array()) ? *found : kNone;
}

std::string AnswerReader::text_or(const char* name, std::string otherwise) {
  const ordered_json* found = find(name);
  if (found == nullptr || !expect(found->is_string())) return otherwise;
  return found->get<std::string>();
}

std::int64_t AnswerReader::number_or(const char* name, std::int64_t otherwise) {
  const ordered_json* found = find(name);
  if (found == nullptr || !expect(found->is_number_integer())) return otherwise;
  return found->get<std::int64_t>();
}

double AnswerReader::real_or(const char* name, double otherwise) {
  const ordered_json* found = find(name);
  if (found == nullptr || !expect(found->is_number())) return otherwise;
  return found->get<double>();
}

bool AnswerReader::flag_or(const char* name, bool otherwise) {
  const ordered_json* found = find(name);
  if (found == nullptr || !expect(found->is_boolean())) return otherwise;
  return found->get<bool>();
}

const ordered_json* AnswerReader::object_or_null(const char* name) {
  const ordered_json* found = find(name);
  if (found == nullptr || !expect(found->is_object())) return nullptr;
  return found;
}

ordered_json typed_object(const char* type, const ordered_json& object) {
  ordered_json typed{{"type", type}};
  typed.update(object);
  typed["type"] = type;  // whatever the answer calls so
  return typed;
}

}  // namespace roomle_sim
