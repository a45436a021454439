// --access-token-file, which `serve` and the commands that speak to it share.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"

namespace roomle_sim {

// Must outlive the parsing.
class AccessTokenOption {
 public:
  // Adds the flag, with the environment's ROOMLE_SIM_ACCESS_TOKEN_FILE below it.
  void add_to(Command& command, const std::string& what);
  [[nodiscard]] bool from_stdin() const { return file_ == "-"; }
  // As it was given; empty: it was not.
  [[nodiscard]] const std::string& file() const { return file_; }

  // Nothing where none was given. Errors: usage, the variable is set and empty; bad_input, the file
  // cannot be read, or holds no token (service/access_token.h).
  [[nodiscard]] Result<std::optional<Secret>> read() const;

 private:
  std::string file_;
};

}  // namespace roomle_sim
