// The link that a share sends to the customer.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomle_sim {

// {base}?id={id}&configuratorId={configuratorId}&{extra…}. The vendor's example writes the colons
// of an id unescaped, so ':' stays; everything else outside RFC 3986's unreserved set is escaped.
// An empty configuratorId is left out.
std::string share_url(std::string_view base, std::string_view id, std::string_view configurator_id,
                      const std::vector<std::pair<std::string, std::string>>& extra = {});

// The base of the vendor's published example.
inline constexpr std::string_view kShareUrlBase = "https://test.roomle.com/t/cp/";

}  // namespace roomle_sim
