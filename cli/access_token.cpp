#include "cli/access_token.h"

#include <cstdlib>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/console.h"
#include "service/access_token.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

constexpr const char* kVariable = "ROOMLE_SIM_ACCESS_TOKEN_FILE";

}  // namespace

void AccessTokenOption::add_to(Command& command, const std::string& what) {
  command.add_option("--access-token-file", file_, what).type_name("FILE").envname(kVariable);
}

Result<std::optional<Secret>> AccessTokenOption::read() const {
  if (file_.empty()) {
    // An empty one is mostly a variable that is not set, and serving without a token is not what
    // whoever wrote it wanted.
    const bool set = std::getenv(kVariable) != nullptr;  // NOLINT(concurrency-mt-unsafe)
    if (!set) return std::optional<Secret>();
    return Error{ErrorCode::usage, fmt::format("{} is empty: a file is expected", kVariable)};
  }
  const Result<Source> source = read_source(file_);
  if (!source) {
    return Error{source.error().code,
                 fmt::format("the access token cannot be read: {}", source.error().message)};
  }
  Result<Secret> token = parse_access_token((*source)->text, printable(file_));
  if (!token) return token.error();
  return std::optional(*std::move(token));
}

}  // namespace roomle_sim
