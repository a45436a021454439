#include "scenarios/shell_words.h"

#include <cctype>

#include "base/credential_names.h"

namespace roomle_sim {
namespace {

bool is_of_name(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// What a shell would expand is escaped. An interactive one takes "!" for its history, where no
// backslash helps that would not stay in the text.
std::string in_double_quotes(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '!') {
      escaped += "\"'!'\"";
    } else {
      if (std::string_view("\"\\$`").find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

// The name of the query field whose value begins behind the text; empty: none does.
std::string_view field_before(std::string_view text) {
  if (!text.ends_with('=')) return {};
  const std::size_t mark = text.find_last_of("?&");
  return mark == std::string_view::npos ? std::string_view()
                                        : text.substr(mark + 1, text.size() - mark - 2);
}

}  // namespace

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@%+,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string shell_quoted_masked(std::string_view word, std::string_view name) {
  std::size_t mask = word.find(kMasked);
  if (mask == std::string_view::npos) return shell_quoted(word);
  std::string quoted = "\"";
  std::size_t done = 0;
  for (; mask != std::string_view::npos; mask = word.find(kMasked, done)) {
    quoted += in_double_quotes(word.substr(done, mask - done));
    done = mask + kMasked.size();
    const std::string_view field = field_before(word.substr(0, mask));
    const std::string variable = shell_variable(field.empty() ? name : field);
    const bool goes_on = done < word.size() && is_of_name(word[done]);
    quoted += goes_on ? "${" + variable.substr(1) + "}" : variable;
  }
  return quoted + in_double_quotes(word.substr(done)) + "\"";
}

std::string shell_variable(std::string_view name) {
  std::string variable = "$";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    variable += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  if (variable.size() > 1 && std::isdigit(static_cast<unsigned char>(variable[1])) != 0) {
    variable.insert(1, "_");
  }
  return variable;
}

}  // namespace roomle_sim
