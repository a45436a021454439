// JSON that remembers where each value stands, and readers that report every mistake with its
// place.
//
// nlohmann/json does the parsing (with `//` and `/* */` comments allowed); this keeps the positions
// that it drops. A reader never throws on bad input: it adds to Diagnostics and goes on, so that
// many mistakes in one file are shown together. Threads: a parsed tree is immutable.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/diagnostics.h"
#include "base/time.h"

namespace roomle_sim {

class JsonNode {
 public:
  enum class Kind { null, boolean, integer, number, string, array, object };
  struct Member;

  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;  // when kind is integer
  double number = 0;         // when kind is integer or number
  std::string string;
  std::vector<JsonNode> items;  // of an array
  std::vector<Member> members;  // of an object, in the order of the file
  Location where;               // a scalar's whole text; an array's or object's first character
  // A text that is only known later: it still has references in it (scenarios/template_text.h).
  // The parser makes none.
  bool deferred = false;

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  [[nodiscard]] const JsonNode* find(std::string_view name) const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
};

struct JsonNode::Member {
  std::string name;
  Location name_where;
  JsonNode value;
};

// "a string", "an object", … for messages.
std::string_view kind_name(JsonNode::Kind kind);

// Nothing when the text is not JSON, or is nested more than 200 deep; the mistake is then in
// `diagnostics`. So is a member that stands twice, of which the first counts: look there, too.
std::optional<JsonNode> parse_json(const Source& source, Diagnostics& diagnostics);

// Readers of one value. Each reports a wrong kind and then gives nothing.
std::optional<std::string> read_string(const JsonNode& node, Diagnostics& diagnostics);
std::optional<bool> read_boolean(const JsonNode& node, Diagnostics& diagnostics);
std::optional<double> read_number(const JsonNode& node, Diagnostics& diagnostics, double low,
                                  double high);
std::optional<std::int64_t> read_integer(const JsonNode& node, Diagnostics& diagnostics,
                                         std::int64_t low, std::int64_t high);
// A text with a unit, such as "500ms". A bare number is refused.
std::optional<Duration> read_duration(const JsonNode& node, Diagnostics& diagnostics);
// One of the words given; the index of the one found. A wrong word gets a "did you mean".
std::optional<std::size_t> read_word(const JsonNode& node, Diagnostics& diagnostics,
                                     const std::vector<std::string_view>& words);

// Reads the members of an object, and reports those that nobody asked for.
//
//     ObjectReader reader(node, diagnostics, "a tenant");
//     reader.read("label", tenant.label);
//     if (const JsonNode* id = reader.required("id")) …
//     reader.finish();
class ObjectReader {
 public:
  // Reports a node that is not an object; every look-up then finds nothing. `what` names the
  // object in messages. Both must outlive the reader.
  ObjectReader(const JsonNode& node, Diagnostics& diagnostics, std::string_view what);

  // The member, or null where it is absent. Asking makes the name known to finish().
  const JsonNode* optional(std::string_view name);
  // The same, and an absent member is reported.
  const JsonNode* required(std::string_view name);
  // Names that are allowed although this reader does not look at them.
  void allow(std::initializer_list<std::string_view> names);

  // Reads a member where it stands and is well-formed; otherwise `into` stays as it was. True when
  // it was read.
  bool read(std::string_view name, std::string& into);
  bool read(std::string_view name, bool& into);
  bool read(std::string_view name, Duration& into);

  // Reports each member that was never asked for, with a "did you mean".
  void finish();

  [[nodiscard]] bool is_object() const { return object_; }
  [[nodiscard]] const JsonNode& node() const { return node_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
  void report(const JsonNode& where, std::string message, std::string expected = {});

 private:
  const JsonNode& node_;
  Diagnostics& diagnostics_;
  std::string what_;
  bool object_;
  std::vector<std::string> known_;
};

}  // namespace roomle_sim
