// Which deliveries are meant: by the query of a list, or by the body of a resend.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "journal/history.h"
#include "service/http_message.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct DeliveryQuery {
  DeliveryFilter filter;
  bool unknown_tenant = false;  // the tenants file has none of filter.tenant_id: see check_tenant()
  std::size_t limit = 100;      // 1 to 1000
  std::string cursor;
  bool dry_run = false;  // of a resend: nothing is sent
};

// The query of a list: tenant (id or name), event, outcome, reason, open, from, until, limit,
// cursor. A time is RFC 3339, a date (its first moment in UTC), or so long before `now`: "15m",
// "3d". Problems: 400, at "query parameter 'NAME'". Pure.
using QueryPairs = std::vector<std::pair<std::string, std::string>>;
Result<DeliveryQuery, ApiProblem> read_list_query(const QueryPairs& query,
                                                  const TenantRegistry& registry, TimePoint now);

// The body of a resend: a JSON object of the same members, without `open` but with dryRun.
// Problems: 400, no JSON object; 422, at "member 'NAME'". Pure.
Result<DeliveryQuery, ApiProblem> read_resend_body(const std::string& body,
                                                   const TenantRegistry& registry, TimePoint now);

// One that the tenants file does not have (any more) may have deliveries all the same. Where there
// is none of them it is a slip: 400, or 422 where `where` is a member.
std::optional<ApiProblem> check_tenant(const DeliveryQuery& query, const std::string& where,
                                       History& history);

// The query by names. Problems: 400, one that is not `known`, or is there twice. Pure.
Result<std::map<std::string, std::string>, ApiProblem> read_parameters(
    const QueryPairs& query, const std::vector<std::string_view>& known);

// A whole number from 1 to 1000, or what is wrong with it. Pure.
Result<std::size_t, std::string> read_page_size(std::string_view text);

}  // namespace roomle_sim
