#include "cli/next_steps.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/serve_options.h"
#include "service/guard.h"

namespace roomle_sim {
namespace {

// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "-_./:=@%+,";
  const auto plain = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != kPlain.npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// What the configurator in every visitor's browser sends: it needs no secret (docs/rapi.md).
constexpr std::string_view kVisitorsToken =
    "-H 'apiKey: roomle_portal_v2' -H \"token: $(roomle-sim token encrypt --alg 03 --api-key "
    "roomle_portal_v2)\" ";

std::string tail_flags(const Serving& serving) {
  std::string text;
  if (serving.port != kServePort) text += " --url " + serving.url;
  const std::string& file = serving.access_token_file;
  // What came through stdin has no name.
  if (!file.empty()) {
    text += " --access-token-file " + (file == "-" ? "FILE" : printable(shell_word(file)));
  }
  return text;
}

}  // namespace

std::string next_steps(const Serving& serving) {
  std::string text;
  if (!is_loopback_host(serving.host)) {
    text += fmt::format(
        "warning: {} is open to other machines: who reaches it can have events sent over /v2; the "
        "access token guards only /sim/v1, /metrics and changes of tenants\n",
        printable(serving.host));
  }
  text += fmt::format("point a configurator at it:  customApiUrl: \"{}/v2\"\n", serving.url);
  if (serving.tenant != 0) {
    text += fmt::format(
        "or save a draft yourself:    curl -H 'currentTenant: {}' {}-F type=3 -F "
        "email=customer@example.com {}/v2/configurations/catalogId:itemId:2564B3/shares\n",
        serving.tenant, serving.auth == ApiAuth::strict ? kVisitorsToken : "", serving.url);
  } else {
    text += "warning: no tenant is active, so every event is refused\n";
  }
  return text + fmt::format("see what happens:            roomle-sim tail{}\nend it with Ctrl-C",
                            tail_flags(serving));
}

}  // namespace roomle_sim
