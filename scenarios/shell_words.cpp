#include "scenarios/shell_words.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

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

ShellVariables::ShellVariables()
    : values_{{"$PATH", {}}, {"$PWD", {}}, {"$HOME", {}}, {"$IFS", {}}, {"$ENV", {}}} {}

std::string ShellVariables::of(std::string_view name, std::string_view value) {
  const bool has_letter = std::ranges::any_of(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  const std::string wanted = shell_variable(has_letter ? name : "SECRET");
  std::string variable = wanted;
  for (int number = 2;; ++number) {
    const auto [known, fresh] = values_.emplace(variable, std::string(value));
    if (fresh || known->second == value) return variable;
    variable = fmt::format("{}_{}", wanted, number);
  }
}

std::string shell_quoted_without(std::string_view word, std::vector<LeftOut> left_out,
                                 ShellVariables& variables) {
  if (left_out.empty()) return shell_quoted(word);
  std::ranges::stable_sort(left_out, {}, [](const LeftOut& one) { return one.where.begin; });
  std::string quoted = "\"";
  std::size_t done = 0;
  for (std::size_t i = 0; i < left_out.size();) {
    const auto& [begin, first_end] = left_out[i].where;
    std::size_t end = first_end;
    const std::string& name = left_out[i].name;
    for (++i; i < left_out.size() && left_out[i].where.begin < end; ++i) {
      end = std::max(end, left_out[i].where.end);
    }
    quoted += in_double_quotes(word.substr(done, begin - done));
    const std::string variable = variables.of(name, word.substr(begin, end - begin));
    const bool goes_on = end < word.size() && is_of_name(word[end]);
    quoted += goes_on ? "${" + variable.substr(1) + "}" : variable;
    done = end;
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
