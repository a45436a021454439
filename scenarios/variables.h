// The variables that a scenario file may refer to, and where they come from.
//
// The nearest one counts: those of a `repeat` or an included list of steps, the row of the table of
// cases, then what is given from outside, then the file's own `variables`.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/result.h"

namespace roomle_sim {

// One that is given from outside: taken as it is, without looking for references in it.
struct GivenVariable {
  std::string name;
  JsonNode value;
  std::string origin;  // "--variable", "--variables-file settings.env"
};

// NAME=VALUE. A VALUE that is JSON counts as that (3, true, "42", {"id": 1}), anything else is a
// text. usage: no '=', a name that no variable can have, a VALUE that only begins like JSON.
Result<GivenVariable> read_given_variable(const std::string& text,
                                          const std::string& origin = "--variable");

// A file of them: a JSON object, or lines of NAME=VALUE ('#' begins a comment line). bad_input: all
// mistakes, rendered. `path` may be "-" for stdin.
Result<std::vector<GivenVariable>> read_variables_file(const std::string& path);

// How large a value is.
struct Measure {
  std::size_t nodes = 0;
  std::size_t text = 0;   // bytes
  std::size_t depth = 0;  // 0: a scalar, or an empty list or object
};
Measure measure(const JsonNode& node);

// An empty list or object, or an empty text, at the same place.
JsonNode shell_of(const JsonNode& node);
JsonNode integer_node(std::int64_t value, const Location& where);

// What variables can be called, for messages.
inline constexpr std::string_view kVariableNames =
    "letters, digits, '_' and '-', not beginning with a digit; 'env', 'gen' and 'delivery' are "
    "taken";
bool can_be_called(std::string_view name);

// Whether a member or a variable of that name is to be kept out of messages.
bool holds_secrets(std::string name);

// A variable of a file, on its way from what is written to its value.
struct Variable {
  enum class State { written, under_way, ready };
  std::string name;
  JsonNode value;
  State state = State::written;
  Measure size;         // of the value, once it is ready
  bool given = false;   // from outside
  bool hidden = false;  // perhaps a secret: not shown in messages
  bool broken = false;  // it has no value, which is told already
};

// Variables that are visible together, with those around them. Addresses stay valid.
class Scope {
 public:
  explicit Scope(Scope* outer = nullptr) : outer_(outer) {}

  // In place of one that this scope has already.
  void define(std::string name, JsonNode value, bool given = false);
  // One whose value needs nothing filled in.
  void define_ready(std::string name, JsonNode value);
  // The members of an object, each a variable; mistakes: no object, a name that none can have.
  // False: no object, and so nobody knows what was to be defined.
  bool define_all(const JsonNode& node, Diagnostics& diagnostics);

  // Of this scope alone, in the order in which they were defined.
  [[nodiscard]] std::deque<Variable>& own() { return variables_; }
  struct Found {
    Variable* variable = nullptr;  // null: there is none
    Scope* scope = nullptr;        // which has it
  };
  Found find(std::string_view name);
  // All that are visible from here.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  Scope* outer_;
  std::deque<Variable> variables_;
};

}  // namespace roomle_sim
