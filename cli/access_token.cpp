#include "cli/access_token.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/console.h"
#include "tenants/registry.h"

namespace roomle_sim {

void AccessTokenOption::add_to(CLI::App& command, const std::string& what) {
  command.add_option("--access-token-file", file_, what)
      ->type_name("FILE")
      ->envname("ROOMLE_SIM_ACCESS_TOKEN_FILE");
}

Result<std::optional<Secret>> AccessTokenOption::read() const {
  if (file_.empty()) return std::optional<Secret>();
  const Result<Source> source = read_source(file_);
  if (!source) {
    return Error{source.error().code,
                 fmt::format("the access token cannot be read: {}", source.error().message)};
  }
  std::string text = (*source)->text;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  const bool fits =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  if (text.empty() || !fits) {
    // It may be a secret that went into the wrong file, and is not shown.
    return Error{ErrorCode::bad_input,
                 fmt::format("{}: expected the access token on one line: printable ASCII without "
                             "blanks",
                             printable(file_))};
  }
  return std::optional(Secret(std::move(text)));
}

}  // namespace roomle_sim
