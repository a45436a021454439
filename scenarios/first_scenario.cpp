#include "scenarios/first_scenario.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace roomle_sim {

std::string_view first_scenario_text() {
  return R"first(// A scenario: this tenant, this endpoint, this event happens, and this must come of it.
// Run it with   roomle-sim run FILE --story   or against your own endpoint with
//               roomle-sim run FILE --endpoint http://127.0.0.1:8090/roomle
{
  // Editors complete and check the file, once they have the schema:
  //   roomle-sim run --schema > scenario.schema.json
  // "$schema": "scenario.schema.json",

  "name": "the customer gets one email, whatever the endpoint answers: ${status}",
  "tags": ["first"],

  // Values that stand in several places. --variable customer=… counts before them, and ${gen.email}
  // makes one up: the same one in each run, unless --seed is another.
  "variables": { "customer": "${gen.email}" },

  // Played once for each row.
  "cases": { "columns": ["status", "outcome", "mails"],
             "rows": [ [200, "delivered", 0],
                       [503, "mailed", 1] ] },

  // Whom the event is for. Roomle hands out the apiKey and the secret: the token is made with them.
  "tenants": [ { "id": 42, "name": "acme", "label": "Acme Furniture", "apiKey": "aValidApiKey" } ],
  "credentials": [ { "apiKey": "aValidApiKey", "secret": "a-Secr3t_Str1ng!" } ],

  // How the built-in endpoint answers. With --endpoint it is yours that answers.
  "endpoint": { "sequence": [ { "status": "${status}" } ] },

  "steps": [
    // A user saves a draft with an email in the configurator.
    { "send": "email.savedConfiguration", "data": { "email": "${customer}" } },

    // On 300 or higher, the Roomle email goes out instead of yours.
    { "expect": {
        "outcome": "${outcome}",
        "attempts": 1,
        "mails": "${mails}",
        "customer": { "total": 1 },
        // What the endpoint received: a token that it can read, and a body that is right.
        "received": { "count": 1, "problems": [], "token": { "authenticated": true },
                      "body": { "/data/email": "${customer}" } } } }
  ]
}
)first";
}

std::optional<Error> write_first_scenario(const std::string& path) {
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  // "x": never into a file that is there already.
  std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "wxe"));
  if (file == nullptr) {
    return Error{ErrorCode::unavailable,
                 fmt::format("{}: {}", path,
                             errno == EEXIST ? "it exists already, and is left as it is"
                                             : std::generic_category().message(errno))};
  }
  const std::string_view text = first_scenario_text();
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  const bool closed = std::fclose(file.release()) == 0;
  if (written && closed) return std::nullopt;
  const int error = errno;
  // It is ours, and half a scenario: the next --init would leave it as it is.
  std::remove(path.c_str());
  return Error{ErrorCode::unavailable, fmt::format("{}: it could not be written: {}", path,
                                                   std::generic_category().message(error))};
}

}  // namespace roomle_sim
