// What the commands share that speak to a running `serve`: where it is, calling it, and reading
// what it answers without trusting it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "cli/access_token.h"
#include "cli/command.h"
#include "cli/console.h"
#include "service/api_client.h"

namespace roomle_sim {

// The flags --url and --access-token-file. Must outlive the parsing.
class ClientOptions {
 public:
  void add_to(Command& command);
  [[nodiscard]] const std::string& url() const { return url_; }
  // Connects nothing yet. Errors: usage, a URL that is none; what the access token's file gives.
  [[nodiscard]] Result<std::unique_ptr<ApiClient>> open() const;

 private:
  std::string url_;
  AccessTokenOption access_token_;
};

// It was told to the user already; this is how the program ends.
struct CallFailed {
  int exit_code = 0;
};

// "what answers at URL is no roomle-sim service".
Error foreign_answer(const std::string& url);

// How an answer that is no success ends the program (docs/cli.md): 1 what was asked for is wrong, 4
// there is no such thing or it cannot be done to it now, 3 everything else. Prints why.
CallFailed tell_failure(Console& console, const Result<ApiAnswer>& answer, const std::string& url);

// One call and its JSON.
Result<nlohmann::ordered_json, CallFailed> call(Console& console, const ClientOptions& options,
                                                const std::string& method,
                                                const std::string& target,
                                                const std::string& body = {},
                                                const Headers& headers = {});
// The same, made once more where no answer came: for what can be repeated, by its Idempotency-Key.
Result<nlohmann::ordered_json, CallFailed> call_again(
    Console& console, const ClientOptions& options, const std::string& method,
    const std::string& target, const std::string& body, const Headers& headers);
// One call whose answer is no JSON: its bytes.
Result<std::string, CallFailed> call_for_bytes(Console& console, const ClientOptions& options,
                                               const std::string& target);

// Everything but RFC 3986's unreserved characters as %XX: for one segment of a path, or a value.
std::string percent_encoded(std::string_view text);
// "?name=value&…", or nothing. Values that are empty are left out.
std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters);

// Reads an object that somebody else wrote. What is not of the wanted type makes ok() false for
// good, and gives an empty value. Lifetime: that of the object.
class AnswerReader {
 public:
  // Anything but an object is wrong already.
  explicit AnswerReader(const nlohmann::ordered_json& value);

  // Must be there.
  std::string text(const char* name);
  std::int64_t number(const char* name);
  bool flag(const char* name);
  // The elements; none where it is wrong.
  const nlohmann::ordered_json& array(const char* name);
  // May be missing or null.
  std::string text_or(const char* name, std::string otherwise = {});
  std::int64_t number_or(const char* name, std::int64_t otherwise = 0);
  double real_or(const char* name, double otherwise = 0);
  bool flag_or(const char* name, bool otherwise = false);
  // Null where it is missing or null; else an object.
  const nlohmann::ordered_json* object_or_null(const char* name);
  [[nodiscard]] bool has(const char* name) const;

  [[nodiscard]] bool ok() const { return ok_; }

 private:
  const nlohmann::ordered_json* find(const char* name) const;  // null: missing, or null
  bool expect(bool fits);

  const nlohmann::ordered_json& value_;
  bool ok_;
};

// The same object with {"type": TYPE} in front.
nlohmann::ordered_json typed_object(const char* type, const nlohmann::ordered_json& object);

}  // namespace roomle_sim
