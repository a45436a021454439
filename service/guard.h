// Who may call the inspector's routes. Pure.
//
// The service listens on the user's own machine, where any page that the user's browser shows can
// send requests too. Three headers tell such a page: `Host`, where the page has its own name
// resolve to this machine (DNS rebinding); `Origin`, which a browser adds to whatever may change
// something (https://fetch.spec.whatwg.org/#origin-header); `Sec-Fetch-Site`, which it adds to all
// the rest (https://w3c.github.io/webappsec-fetch-metadata/). Where an access token is asked for,
// that tells such a page too, by whatever name the service is called: then `Host` is not looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "sender/transport.h"
#include "service/http_message.h"

namespace roomle_sim {

struct GuardRules {
  std::string host;                    // that the service was told to listen on
  std::optional<Secret> access_token;  // what is asked for as Authorization: Bearer
};

// Nothing where the request may pass; else 403, or 401 with WWW-Authenticate. What it says shows
// neither the token nor what was sent for it. `asks_token`: false for probes (/healthz, /readyz),
// which are called by whatever name, without a token.
std::optional<ApiProblem> guard(const GuardRules& rules, const Headers& headers, bool asks_token);

// Whether `host` is localhost or an address of the loopback, written as one (no name is resolved).
bool is_loopback_host(std::string_view host);

}  // namespace roomle_sim
