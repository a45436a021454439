// The flags that `token encrypt`, `token decrypt` and `token identify` share.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"
#include "tenants/token_settings.h"

namespace roomle_sim {

// A secret as text or in a file ("-" is stdin), and the names of its two flags.
class SecretOption {
 public:
  // Adds --NAME and --NAME-file, of which at most one may be given. Must outlive the parsing.
  void add_to(Command& command, const std::string& name, const std::string& what);

  [[nodiscard]] bool given() const { return given_; }
  [[nodiscard]] bool from_stdin() const { return file_ == "-"; }
  [[nodiscard]] const std::string& file() const { return file_; }  // empty: it was given as text
  // Reads the file where there is one; one trailing newline of it is dropped.
  [[nodiscard]] Result<Secret> read() const;

 private:
  std::string text_;
  std::string file_;
  bool given_ = false;
};

// How a token is made: --alg, --iv, --key-form, --url-form.
class SettingsOptions {
 public:
  void add_to(Command& command);
  [[nodiscard]] bool algorithm_given() const { return !algorithm_.empty(); }
  [[nodiscard]] TokenSettings settings() const;

 private:
  std::string algorithm_;
  std::string iv_ = "prefix";
  std::string key_ = "raw";
  bool url_form_ = false;
};

// The TOKEN of decrypt and identify; '-' reads it from stdin. White space around it is dropped.
class TokenArgument {
 public:
  void add_to(Command& command);
  [[nodiscard]] bool from_stdin() const { return text_ == "-"; }
  [[nodiscard]] Result<std::string> read() const;

 private:
  std::string text_;
};

}  // namespace roomle_sim
