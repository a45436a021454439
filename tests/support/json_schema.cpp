#include "tests/support/json_schema.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "base/json_text.h"

namespace roomle_sim::test {
namespace {

using Json = SchemaCheck::Json;

class Checker {
 public:
  explicit Checker(const Json& document) : document_(document) {}

  std::vector<std::string> problems(const Json& schema, const Json& value,
                                    const std::string& at = "$") const {
    std::vector<std::string> found;
    check(schema, value, at, found);
    return found;
  }

  std::vector<std::string> problems_of_schema(const Json& schema, const std::string& at) const {
    std::vector<std::string> found;
    inspect(schema, at, found);
    return found;
  }

  const Json& resolve(const Json& object) const {
    const auto ref = object.find("$ref");
    if (ref == object.end()) return object;
    return document_.at(Json::json_pointer(ref->get<std::string>().substr(1)));
  }

 private:
  using Found = std::vector<std::string>;

  static const std::set<std::string>& keywords() {
    static const std::set<std::string> kKnown{
        "$ref",      "type",          "required",      "properties", "additionalProperties",
        "items",     "enum",          "oneOf",         "const",      "format",
        "minimum",   "maximum",       "description",   "anyOf",      "allOf",
        "not",       "pattern",       "propertyNames", "minItems",   "maxItems",
        "minLength", "minProperties", "maxProperties", "$schema",    "$id",
        "$defs",     "title"};
    return kKnown;
  }

  static bool is_of(const std::string& type, const Json& value) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == value.type_name();  // string, boolean, null, array, object
  }

  void check(const Json& schema, const Json& value, const std::string& at, Found& found) const {
    for (const auto& [keyword, unused] : schema.items()) {
      if (!keywords().contains(keyword)) found.push_back(at + ": unknown keyword " + keyword);
    }
    if (schema.contains("$ref")) check(resolve(schema), value, at, found);
    if (schema.contains("type")) check_type(schema["type"], value, at, found);
    check_value(schema, value, at, found);
    if (value.is_object()) check_object(schema, value, at, found);
    check_sizes(schema, value, at, found);
    check_combined(schema, value, at, found);
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        check(schema["items"], value[i], at + "[" + std::to_string(i) + "]", found);
      }
    }
    if (schema.contains("oneOf")) {
      const auto fits = std::ranges::count_if(
          schema["oneOf"], [&](const Json& one) { return problems(one, value, at).empty(); });
      if (fits != 1) found.push_back(at + ": fits " + std::to_string(fits) + " of oneOf");
    }
  }

  // The value's length, and its text.
  static void check_sizes(const Json& schema, const Json& value, const std::string& at,
                          Found& found) {
    const auto below = [&](const char* keyword, std::size_t size) {
      return schema.contains(keyword) && size < schema[keyword].get<std::size_t>();
    };
    if (value.is_array()) {
      const bool above =
          schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>();
      if (below("minItems", value.size()) || above) found.push_back(at + ": a wrong length");
    }
    if (value.is_object()) {
      const bool above = schema.contains("maxProperties") &&
                         value.size() > schema["maxProperties"].get<std::size_t>();
      if (below("minProperties", value.size()) || above) {
        found.push_back(at + ": a wrong number of members");
      }
    }
    if (!value.is_string()) return;
    const auto text = value.get<std::string>();
    if (below("minLength", text.size())) found.push_back(at + ": is too short");
    if (schema.contains("pattern") &&
        !std::regex_search(text, compiled(schema["pattern"].get<std::string>()))) {
      found.push_back(at + ": does not match " + schema["pattern"].get<std::string>());
    }
  }

  // Making one takes far longer than its use.
  static const std::regex& compiled(const std::string& pattern) {
    thread_local std::map<std::string, std::regex> cache;
    const auto found = cache.find(pattern);
    return found != cache.end() ? found->second : cache.emplace(pattern, pattern).first->second;
  }

  void check_combined(const Json& schema, const Json& value, const std::string& at,
                      Found& found) const {
    for (const Json& one : schema.value("allOf", Json::array())) check(one, value, at, found);
    if (schema.contains("not") && problems(schema["not"], value, at).empty()) {
      found.push_back(at + ": fits what it must not");
    }
    if (!schema.contains("anyOf")) return;
    const bool fits = std::ranges::any_of(
        schema["anyOf"], [&](const Json& one) { return problems(one, value, at).empty(); });
    if (!fits) found.push_back(at + ": fits nothing of anyOf: " + json_text(value));
  }

  static void check_type(const Json& type, const Json& value, const std::string& at, Found& found) {
    const Json types = type.is_array() ? type : Json::array({type});
    const bool fits = std::ranges::any_of(
        types, [&](const Json& one) { return is_of(one.get<std::string>(), value); });
    if (!fits) found.push_back(at + ": is no " + json_text(type) + " but " + json_text(value));
  }

  static void check_value(const Json& schema, const Json& value, const std::string& at,
                          Found& found) {
    const bool known = !schema.contains("enum") ||
                       std::ranges::find(schema["enum"], value) != schema["enum"].end();
    const bool same = !schema.contains("const") || schema["const"] == value;
    if (!known || !same) found.push_back(at + ": is not expected: " + json_text(value));
    if (!value.is_number()) return;
    const auto number = value.get<double>();
    if (schema.contains("minimum") && number < schema["minimum"].get<double>()) {
      found.push_back(at + ": below the minimum");
    }
    if (schema.contains("maximum") && number > schema["maximum"].get<double>()) {
      found.push_back(at + ": beyond the maximum");
    }
  }

  void check_object(const Json& schema, const Json& value, const std::string& at,
                    Found& found) const {
    for (const Json& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>())) {
        found.push_back(at + ": lacks " + name.get<std::string>());
      }
    }
    const Json properties = schema.value("properties", Json::object());
    const Json others = schema.value("additionalProperties", Json(true));
    const Json names = schema.value("propertyNames", Json::object());
    for (const auto& [name, unused] : value.items()) {
      check(names, Json(name), at + " (the name " + name + ")", found);
    }
    for (const auto& [name, member] : value.items()) {
      const std::string place = at + "." + name;
      if (properties.contains(name)) {
        check(properties[name], member, place, found);
      } else if (others.is_object()) {
        check(others, member, place, found);
      } else if (!others.get<bool>()) {
        found.push_back(place + ": is not described");
      }
    }
  }

  void inspect(const Json& schema, const std::string& at, Found& found) const {
    for (const auto& [keyword, unused] : schema.items()) {
      if (!keywords().contains(keyword)) found.push_back(at + ": unknown keyword " + keyword);
    }
    if (schema.contains("$ref")) {
      const std::string ref = schema["$ref"];
      const bool leads =
          ref.starts_with("#/") && document_.contains(Json::json_pointer(ref.substr(1)));
      if (!leads) found.push_back(at + ": nothing at " + ref);
      return;
    }
    if (schema.value("description", "").empty()) found.push_back(at + ": no description");
    const Json properties = schema.value("properties", Json::object());
    for (const Json& name : schema.value("required", Json::array())) {
      if (!properties.contains(name.get<std::string>())) {
        found.push_back(at + ": requires the unknown " + name.get<std::string>());
      }
    }
    for (const auto& [name, member] : properties.items()) inspect(member, at + "." + name, found);
    if (schema.contains("items")) inspect(schema["items"], at + "[]", found);
    const auto others = schema.find("additionalProperties");
    if (others != schema.end() && others->is_object()) inspect(*others, at + ".*", found);
    for (const Json& one : schema.value("oneOf", Json::array())) inspect(one, at, found);
  }

  const Json& document_;
};

}  // namespace

std::vector<std::string> SchemaCheck::problems(const Json& schema, const Json& value,
                                               const std::string& at) const {
  return Checker(document_).problems(schema, value, at);
}

std::vector<std::string> SchemaCheck::problems_of_schema(const Json& schema,
                                                         const std::string& at) const {
  return Checker(document_).problems_of_schema(schema, at);
}

const SchemaCheck::Json& SchemaCheck::resolve(const Json& object) const {
  return Checker(document_).resolve(object);
}

}  // namespace roomle_sim::test
