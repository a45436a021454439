#include "scenarios/variables.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "scenarios/template_text.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

bool begins_like_json(std::string_view text) {
  return !text.empty() && std::string_view("{[\"").find(text.front()) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// One NAME=VALUE, with what is wrong at its place. `where` is the whole of it.
std::optional<GivenVariable> read_assignment(std::string_view text, const Location& where,
                                             const std::string& origin, Diagnostics& diagnostics) {
  const std::size_t equals = text.find('=');
  const std::string_view name = trimmed(text.substr(0, equals));
  if (equals == std::string_view::npos || !can_be_called(name)) {
    diagnostics.add(where,
                    equals == std::string_view::npos
                        ? std::string("no '=' stands between a name and a value")
                        : fmt::format("no variable can be called '{}'", name),
                    fmt::format("NAME=VALUE; a name is made of {}", kVariableNames));
    return std::nullopt;
  }
  const std::string_view value = text.substr(equals + 1);
  const auto source = std::make_shared<const SourceText>(
      SourceText{fmt::format("{} {}", origin, name), std::string(value)});
  Diagnostics no_json;
  if (std::optional<JsonNode> json = parse_json(source, no_json); json && no_json.empty()) {
    return GivenVariable{std::string(name), *std::move(json), origin};
  }
  if (begins_like_json(value)) {
    diagnostics.add(where, fmt::format("the value of '{}' begins like JSON, and is none", name),
                    "a text, or JSON to its end; a text in quotes is JSON too");
    return std::nullopt;
  }
  JsonNode node;
  node.kind = JsonNode::Kind::string;
  node.string = std::string(value);
  node.where = {source, 0, std::max<std::size_t>(1, value.size())};
  return GivenVariable{std::string(name), std::move(node), origin};
}

std::vector<GivenVariable> read_object(const Source& source, const std::string& origin,
                                       Diagnostics& diagnostics) {
  std::vector<GivenVariable> variables;
  const std::optional<JsonNode> root = parse_json(source, diagnostics);
  if (!root) return variables;
  for (const JsonNode::Member& member : root->members) {
    if (can_be_called(member.name)) {
      variables.push_back({member.name, member.value, origin});
    } else {
      diagnostics.add(member.name_where, fmt::format("no variable can be called '{}'", member.name),
                      std::string(kVariableNames));
    }
  }
  return variables;
}

std::vector<GivenVariable> read_lines(const Source& source, const std::string& origin,
                                      Diagnostics& diagnostics) {
  std::vector<GivenVariable> variables;
  const std::string_view text = source->text;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!trimmed(line).empty() && trimmed(line).front() != '#') {
      auto one = read_assignment(line, {source, start, line.size()}, origin, diagnostics);
      if (one) variables.push_back(*std::move(one));
    }
    start = end + 1;
  }
  return variables;
}

}  // namespace

Result<GivenVariable> read_given_variable(const std::string& text, const std::string& origin) {
  const auto source = std::make_shared<const SourceText>(SourceText{origin, text});
  Diagnostics diagnostics;
  auto variable = read_assignment(text, {source, 0, text.size()}, origin, diagnostics);
  if (variable) return *std::move(variable);
  const Diagnostic& mistake = diagnostics.all().front();
  return Error{ErrorCode::usage,
               fmt::format("{}: {}; expected {}", origin, mistake.message, mistake.expected)};
}

Result<std::vector<GivenVariable>> read_variables_file(const std::string& path) {
  const Result<Source> source = read_source(path);
  if (!source) return source.error();
  const std::string origin = fmt::format("--variables-file {}", (*source)->name);
  Diagnostics diagnostics;
  const std::size_t first = (*source)->text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string::npos && (*source)->text[first] == '{';
  std::vector<GivenVariable> variables =
      json ? read_object(*source, origin, diagnostics) : read_lines(*source, origin, diagnostics);
  if (diagnostics.empty()) return variables;
  std::string mistakes = diagnostics.render();
  mistakes.pop_back();
  return Error{ErrorCode::bad_input, std::move(mistakes)};
}

bool can_be_called(std::string_view name) {
  return is_variable_name(name) && name != "env" && name != "gen" && name != "delivery";
}

Measure measure(const JsonNode& node) {
  Measure whole{1, node.string.size(), 0};
  const auto add = [&](const JsonNode& part) {
    const Measure size = measure(part);
    whole.nodes += size.nodes;
    whole.text += size.text;
    whole.depth = std::max(whole.depth, 1 + size.depth);
  };
  for (const JsonNode& item : node.items) add(item);
  for (const JsonNode::Member& member : node.members) add(member.value);
  return whole;
}

JsonNode shell_of(const JsonNode& node) {
  JsonNode shell;
  shell.kind = node.kind;
  shell.where = node.where;
  return shell;
}

JsonNode integer_node(std::int64_t value, const Location& where) {
  JsonNode node;
  node.kind = JsonNode::Kind::integer;
  node.integer = value;
  node.number = static_cast<double>(value);
  node.where = where;
  return node;
}

bool holds_secrets(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (has("secret") || has("credential") || has("passw") || has("passphrase")) return true;
  std::replace(name.begin(), name.end(), '_', '-');
  return fmt::format("-{}-", name).find("-pwd-") != std::string::npos;
}

void Scope::define(std::string name, JsonNode value, bool given) {
  const auto found = std::find_if(variables_.begin(), variables_.end(),
                                  [&](const Variable& one) { return one.name == name; });
  Variable& variable = found == variables_.end() ? variables_.emplace_back() : *found;
  variable = Variable();
  variable.name = std::move(name);
  variable.value = std::move(value);
  variable.given = given;
}

void Scope::define_ready(std::string name, JsonNode value) {
  define(name, std::move(value));
  Variable& variable = *find(name).variable;
  variable.size = measure(variable.value);
  variable.state = Variable::State::ready;
}

bool Scope::define_all(const JsonNode& node, Diagnostics& diagnostics) {
  if (!node.is(JsonNode::Kind::object)) {
    diagnostics.add(
        node.where,
        fmt::format("{} stands where variables (an object) are expected", kind_name(node.kind)),
        R"(such as {"customer": "anna@example.com"})");
    return false;
  }
  for (const JsonNode::Member& member : node.members) {
    if (can_be_called(member.name)) {
      define(member.name, member.value);
    } else {
      diagnostics.add(member.name_where, fmt::format("no variable can be called '{}'", member.name),
                      std::string(kVariableNames));
    }
  }
  return true;
}

Scope::Found Scope::find(std::string_view name) {
  for (Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    for (Variable& one : scope->variables_) {
      if (one.name == name) return {&one, scope};
    }
  }
  return {};
}

std::vector<std::string_view> Scope::names() const {
  std::vector<std::string_view> names;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    for (const Variable& one : scope->variables_) names.push_back(one.name);
  }
  return names;
}

}  // namespace roomle_sim
