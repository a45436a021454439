#include "scenarios/cases.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "scenarios/variables.h"

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kMostCases = 10'000;
constexpr std::size_t kLongestLabel = 80;
constexpr std::string_view kCaseForms =
    R"([ {"status": 503}, … ], or {"columns": ["status"], "rows": [ [503], … ]})";

// All that the row says, or, with `shown`, all of it that may be shown.
nlohmann::ordered_json values_of(const JsonNode& node, bool shown) {
  if (!node.is(Kind::object) && !node.is(Kind::array)) return node.to_json();
  auto values =
      node.is(Kind::object) ? nlohmann::ordered_json::object() : nlohmann::ordered_json::array();
  for (const JsonNode& item : node.items) values.push_back(values_of(item, shown));
  for (const JsonNode::Member& member : node.members) {
    if (shown && holds_secrets(member.name)) continue;
    values[member.name] = values_of(member.value, shown);
  }
  return values;
}

// Empty: there is nothing in it that may be shown.
std::string label_of(const JsonNode& row, std::size_t number, bool shown) {
  if (const JsonNode* name = row.find("name"); name != nullptr && name->is(Kind::string)) {
    return name->string;
  }
  std::string label;
  for (const JsonNode::Member& member : row.members) {
    if (shown && holds_secrets(member.name)) continue;
    const JsonNode& value = member.value;
    if (!label.empty()) label += ", ";
    label +=
        fmt::format("{}={}", member.name,
                    value.is(Kind::string) ? value.string : json_text(values_of(value, shown)));
    if (label.size() > kLongestLabel) return fmt::format("case {}", number);
  }
  return label;
}

class CasesReader {
 public:
  explicit CasesReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  std::vector<Case> read(const JsonNode& node) {
    if (node.is(Kind::array)) {
      for (const JsonNode& row : rows_of(node)) add_object(row);
    } else if (node.is(Kind::object)) {
      read_table(node);
    } else {
      diagnostics_.add(
          node.where,
          fmt::format("{} stands where a table of cases is expected", kind_name(node.kind)),
          std::string(kCaseForms));
    }
    tell_apart();
    return std::move(cases_);
  }

 private:
  const std::vector<JsonNode>& rows_of(const JsonNode& list) {
    static const std::vector<JsonNode> kNone;
    if (list.items.empty())
      diagnostics_.add(list.where, "there are no cases", std::string(kCaseForms));
    if (list.items.size() <= kMostCases) return list.items;
    diagnostics_.add(list.where, fmt::format("there are more than {} cases", kMostCases));
    return kNone;
  }

  void read_table(const JsonNode& node) {
    ObjectReader table(node, diagnostics_, "a table of cases");
    const JsonNode* columns = table.required("columns");
    const JsonNode* rows = table.required("rows");
    table.finish();
    if (columns == nullptr || rows == nullptr) return;
    if (!columns->is(Kind::array) || !rows->is(Kind::array)) {
      const JsonNode& wrong = columns->is(Kind::array) ? *rows : *columns;
      diagnostics_.add(wrong.where,
                       fmt::format("{} stands where a list is expected", kind_name(wrong.kind)),
                       std::string(kCaseForms));
      return;
    }
    hide_secrets_of(columns->items, rows->items);
    const std::vector<std::string> names = read_columns(*columns);
    if (names.size() != columns->items.size()) return;
    for (const JsonNode& row : rows_of(*rows)) add_row(row, *columns, names);
  }

  // Also where the columns are wrong. In a row of another length each cell may be the secret.
  void hide_secrets_of(const std::vector<JsonNode>& columns, const std::vector<JsonNode>& rows) {
    std::vector<std::size_t> secret;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].is(Kind::string) && holds_secrets(columns[i].string)) secret.push_back(i);
    }
    if (secret.empty()) return;
    for (const JsonNode& row : rows) {
      if (!row.is(Kind::array) || row.items.size() != columns.size()) {
        hide(row);
      } else {
        for (const std::size_t i : secret) hide(row.items[i]);
      }
    }
  }

  void hide(const JsonNode& node) {
    if (!node.is(Kind::object) && !node.is(Kind::array)) diagnostics_.hide(node.where);
    for (const JsonNode& item : node.items) hide(item);
    for (const JsonNode::Member& member : node.members) hide(member.value);
  }

  std::vector<std::string> read_columns(const JsonNode& columns) {
    std::vector<std::string> names;
    for (const JsonNode& column : columns.items) {
      const auto name = read_string(column, diagnostics_);
      if (!name || !check_name(*name, column.where)) continue;
      if (std::find(names.begin(), names.end(), *name) != names.end()) {
        diagnostics_.add(column.where, fmt::format("two columns are called '{}'", *name));
        continue;
      }
      names.push_back(*name);
    }
    return names;
  }

  void add_row(const JsonNode& row, const JsonNode& columns,
               const std::vector<std::string>& names) {
    if (!row.is(Kind::array) || row.items.size() != names.size()) {
      diagnostics_.add(
          row.where,
          row.is(Kind::array)
              ? fmt::format("a row of {}, and there are {} columns", row.items.size(), names.size())
              : fmt::format("{} stands where a row is expected", kind_name(row.kind)),
          fmt::format("[ {} ]", fmt::join(names, ", ")));
      return;
    }
    JsonNode object;
    object.kind = Kind::object;
    object.where = row.where;
    for (std::size_t i = 0; i < names.size(); ++i) {
      object.members.push_back({names[i], columns.items[i].where, row.items[i]});
    }
    add(std::move(object));
  }

  void add_object(const JsonNode& row) {
    if (!row.is(Kind::object)) {
      diagnostics_.add(row.where,
                       fmt::format("{} stands where a case is expected", kind_name(row.kind)),
                       R"(an object of variables, such as {"status": 503})");
      return;
    }
    bool fine = true;
    for (const JsonNode::Member& member : row.members) {
      fine = check_name(member.name, member.name_where) && fine;
    }
    if (fine) add(row);
  }

  bool check_name(const std::string& name, const Location& where) {
    if (can_be_called(name)) return true;
    diagnostics_.add(where, fmt::format("no variable can be called '{}'", name),
                     std::string(kVariableNames));
    return false;
  }

  // Reports of CI services tell scenarios by their names.
  void add(JsonNode row) {
    const std::size_t number = cases_.size() + 1;
    const auto [first, fresh] = labels_.emplace(label_of(row, number, false), row.where);
    std::string shown = label_of(row, number, true);
    if (!fresh) {
      diagnostics_.add(
          row.where,
          shown.empty() ? std::string("two cases have the same values")
                        : fmt::format("two cases are called '{}'", shown),
          fmt::format("the first is at {}; \"name\" tells them apart", describe(first->second)));
      return;
    }
    const Location where = row.where;
    cases_.push_back({where, std::move(shown), std::move(row)});
  }

  // Those that differ only in what is not shown.
  void tell_apart() {
    std::map<std::string, std::size_t> often;
    for (const Case& one : cases_) ++often[one.label];
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      std::string& label = cases_[i].label;
      if (!label.empty() && often[label] == 1) continue;
      label += fmt::format("{}case {}", label.empty() ? "" : ", ", i + 1);
    }
  }

  Diagnostics& diagnostics_;
  std::vector<Case> cases_;
  std::map<std::string, Location> labels_;
};

}  // namespace

std::vector<Case> read_cases(const JsonNode& node, Diagnostics& diagnostics) {
  return CasesReader(diagnostics).read(node);
}

}  // namespace roomle_sim
