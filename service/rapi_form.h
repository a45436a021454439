// The forms of shares and 3d-exports (REST API pages "Configuration" and "PlanSnapshot"), read and
// checked. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "service/http_message.h"
#include "service/rapi_field.h"

namespace roomle_sim {

// What is shared or exported, by the route.
enum class Shared { configuration, plan_snapshot, item };

struct ShareForm {
  std::string email;
  std::string_view event;  // of the catalogue, by `type`: 1, 2, 3; of plan snapshots 11, 12, 13
  std::string message;     // custom text for the mail
  std::vector<std::pair<std::string, std::string>> params;  // of the share link, in their order
};

struct ExportForm {
  std::string email;
  std::vector<std::string_view> formats;  // file_format keys, at least one
};

// Longest texts, in bytes. ASSUMPTION: the vendor documents none.
inline constexpr std::size_t kMostEmail = 320;  // RFC 5321: 64 + '@' + 255
inline constexpr std::size_t kMostId = 512;
inline constexpr std::size_t kMostMessage = 4096;
inline constexpr std::size_t kMostParams = 8192;
inline constexpr std::size_t kMostSettings = 8192;

Result<ShareForm, ApiProblem> read_share_form(const ApiRequest& request, Shared what);
Result<ExportForm, ApiProblem> read_export_form(const ApiRequest& request);

}  // namespace roomle_sim
