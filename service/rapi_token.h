// The token of a request to the vendor's API (REST API page "Authentication"; how its client makes
// one: the npm package @roomle/web-sdk). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "service/http_message.h"
#include "tenants/registry.h"

namespace roomle_sim {

// The apiKey of the vendor's published client, which sends it from every visitor's browser.
inline constexpr std::string_view kSdkApiKey = "roomle_portal_v2";

struct TokenCheck {
  // What is wrong with it, as a sentence without anything of the token; empty: nothing.
  std::string problem;
  std::string where;  // the header that is wrong; empty where `problem` is
};

// 01 and 02 are read with the secret of the `apiKey` header's credential, by the settings of the
// tenant that has it (a tenant's IV is our assumption). A token that is damaged and one of another
// secret get the same sentence: who could tell them apart could decrypt a token that he has found,
// by sending variants of it.
//
// 03 is no encryption. It is right with the apiKey of the vendor's client, which has no other, and
// wrong with any other: one that has a secret is to use it.
//
// `tolerance`: how far the timestamp may be from `now`; nothing: it must be one, and that is all
// (the vendor documents no limit).
TokenCheck check_request_token(const ApiRequest& request, const TenantRegistry& registry,
                               TimePoint now, std::optional<Duration> tolerance);

}  // namespace roomle_sim
