#include "cli/token_options.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/flag_value.h"
#include "tenants/encoding.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

std::string wrong_iv(const std::string& text) {
  if (text == "prefix" || text == "zero" || text == "key") return {};
  const auto bytes = hex_decode(text);
  if (bytes && bytes->size() == 16) return {};
  return fmt::format("expected prefix, zero, key, or the IV itself as 32 hex digits, got '{}'",
                     printable(text));
}

std::size_t index_of(const std::vector<std::string_view>& words, std::string_view word) {
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin());
}

}  // namespace

void SecretOption::add_to(Command& command, const std::string& name, const std::string& what) {
  Flag text = command.add_option_function(
      "--" + name,
      [this](const std::string& value) {
        text_ = value;
        given_ = true;
      },
      what + " (visible to others in the process list)");
  command
      .add_option_function(
          "--" + name + "-file",
          [this](const std::string& value) {
            file_ = value;
            given_ = true;
          },
          what + ", in a file ('-' is stdin)")
      .type_name("FILE")
      .excludes(text);
  text.type_name("S");
}

Result<Secret> SecretOption::read() const {
  if (file_.empty()) return Secret(text_);
  const Result<Source> source = read_source(file_);
  if (!source) {
    return Error{source.error().code, "the secret cannot be read: " + source.error().message};
  }
  std::string text = (*source)->text;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return Secret(std::move(text));
}

void SettingsOptions::add_to(Command& command) {
  command.add_option("--alg", algorithm_, "01 AES-CBC (default), 02 AES-ECB, 03 base64 alone")
      .type_name("01|02|03")
      .one_of(algorithm_words());
  command
      .add_option("--iv", iv_,
                  "Of 01: prefix (random, in front; default), zero, key, or 32 hex digits")
      .type_name("IV")
      .check(wrong_iv);
  command
      .add_option("--key-form", key_,
                  "The secret as key: raw (default), sha256, md5, hex or base64")
      .type_name("FORM")
      .one_of(key_words());
  command.add_flag("--url-form", url_form_,
                   "'+' is written '-' and '/' '_' (both are read in any case)");
}

TokenSettings SettingsOptions::settings() const {
  TokenSettings settings;
  if (algorithm_given()) {
    settings.algorithm = static_cast<TokenAlgorithm>(index_of(algorithm_words(), algorithm_));
  }
  settings.key = static_cast<KeyForm>(index_of(key_words(), key_));
  settings.url_form = url_form_;
  const std::size_t word = index_of(iv_words(), iv_);
  if (word < iv_words().size()) {
    settings.iv = static_cast<IvMode>(word);
  } else {
    settings.iv = IvMode::fixed;
    settings.fixed_iv = hex_decode(iv_).value();
  }
  return settings;
}

void TokenArgument::add_to(Command& command) {
  command.add_option("TOKEN", text_, "The header's value, such as 01-…; '-' reads it from stdin")
      .type_name("")
      .required();
}

Result<std::string> TokenArgument::read() const {
  std::string text = text_;
  if (from_stdin()) {
    const Result<Source> source = read_source("-");
    if (!source) return source.error();
    text = (*source)->text;
  }
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return std::string();
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace roomle_sim
