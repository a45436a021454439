// Command lines to copy into a shell. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credential_names.h"

namespace roomle_sim {

// The word as a POSIX shell reads it back: as it is, or in single quotes.
std::string shell_quoted(std::string_view word);

// A part of a word that is left to a variable of the shell, which is named after `name`.
struct LeftOut {
  Stretch where;
  std::string name;
};

// The variables of one command line: each stands for one value, so that of two values under one
// name the second is $KEY_2. What a shell itself needs ($PATH) is none of them.
class ShellVariables {
 public:
  ShellVariables();
  std::string of(std::string_view name, std::string_view value);

 private:
  std::map<std::string, std::optional<std::string>> values_;  // of the shell itself: none
};

// The word with variables in place of what is left out, in double quotes:
// "http://h/?api_key=$API_KEY". Of parts that overlap, the first has the name.
std::string shell_quoted_without(std::string_view word, std::vector<LeftOut> left_out,
                                 ShellVariables& variables);

// A variable of the shell, named after what it stands for: "Authorization" gives $AUTHORIZATION.
std::string shell_variable(std::string_view name);

}  // namespace roomle_sim
