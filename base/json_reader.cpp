#include "base/json_reader.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace roomle_sim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kDeepest = 200;
constexpr std::size_t kMostTwice = 20;

// Builds the tree from the parser's events. The parser tells no positions, so this walks the same
// text in step with it: between two events there can only be white space, comments and punctuation.
class TreeBuilder : public nlohmann::json_sax<json> {
 public:
  TreeBuilder(const Source& source, Diagnostics& diagnostics)
      : source_(source), text_(source->text), diagnostics_(diagnostics) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  bool null() override {
    return scalar(JsonNode::Kind::null, [](JsonNode&) {});
  }
  bool boolean(bool value) override {
    return scalar(JsonNode::Kind::boolean, [&](JsonNode& node) { node.boolean = value; });
  }
  bool number_integer(number_integer_t value) override {
    return scalar(JsonNode::Kind::integer, [&](JsonNode& node) {
      node.integer = value;
      node.number = static_cast<double>(value);
    });
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) {
      return number_float(static_cast<double>(value), {});
    }
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return scalar(JsonNode::Kind::number, [&](JsonNode& node) { node.number = value; });
  }
  bool string(string_t& value) override {
    return scalar(JsonNode::Kind::string, [&](JsonNode& node) { node.string = value; });
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(JsonNode::Kind::object); }
  bool start_array(std::size_t) override { return open(JsonNode::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    const Location where = take_token();
    std::vector<JsonNode::Member>& members = open_.back()->members;
    for (const JsonNode::Member& earlier : members) {
      if (earlier.name == value) {
        diagnostics_.add(where, fmt::format("the member '{}' stands here a second time", value),
                         fmt::format("the first is at {}", describe(earlier.name_where)));
        // Other mistakes are to be told, too. Of a hostile text not without end: each is searched.
        if (++twice_ >= kMostTwice) return false;
        break;
      }
    }
    members.push_back({value, where, {}});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const std::size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
    const bool cut = position > text_.size();
    diagnostics_.add({source_, offset, 1},
                     cut ? "not JSON: the file ends too early" : "not JSON: a syntax error",
                     explanation(error.what()));
    return false;
  }

  std::optional<JsonNode> result() { return std::move(root_); }

 private:
  // The parser's words without its prefix, and without the text that it read last: that may be a
  // secret, or its beginning.
  static std::string explanation(std::string_view message) {
    for (const std::string_view marker : {"syntax error ", "] "}) {
      if (const auto at = message.find(marker); at != std::string_view::npos) {
        message.remove_prefix(at + marker.size());
        break;
      }
    }
    const std::size_t last_read = message.find("; last read: '");
    std::string words(message.substr(0, last_read));
    if (last_read == std::string_view::npos) return words;
    for (const std::string_view expected :
         {"':'", "','", "'}'", "']'", "string literal", "end of input", "'[', '{', or a literal"}) {
      if (message.ends_with(fmt::format("'; expected {}", expected))) {
        words += fmt::format("; expected {}", expected);
        break;
      }
    }
    return words;
  }

  template <class Fill>
  bool scalar(JsonNode::Kind kind, Fill fill) {
    JsonNode& node = place();
    node.kind = kind;
    node.where = take_token();
    fill(node);
    return true;
  }

  bool open(JsonNode::Kind kind) {
    JsonNode& node = place();
    node.kind = kind;
    node.where = take_token();
    open_.push_back(&node);
    if (open_.size() <= kDeepest) return true;
    diagnostics_.add(node.where, fmt::format("nested more than {} deep", kDeepest));
    return false;
  }

  bool close() {
    take_token();
    open_.pop_back();
    return true;
  }

  // Where the next value belongs. Addresses stay valid while it is open: a parent's list grows
  // only after its last child was closed.
  JsonNode& place() {
    if (open_.empty()) return root_.emplace();
    JsonNode& parent = *open_.back();
    if (parent.is(JsonNode::Kind::object)) return parent.members.back().value;
    return parent.items.emplace_back();
  }

  void skip_to_token() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (std::string_view(" \t\r\n,:").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Location take_token() {
    skip_to_token();
    const std::size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\') ++at_;
      }
      ++at_;
    } else if (at_ < text_.size() &&
               std::string_view("[]{}").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    } else {
      at_ = std::min(text_.find_first_of(" \t\r\n,:]}/", at_), text_.size());
    }
    return {source_, start, std::max<std::size_t>(1, at_ - start)};
  }

  Source source_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::optional<JsonNode> root_;
  std::vector<JsonNode*> open_;
  std::size_t twice_ = 0;  // members that stood somewhere a second time
};

void wrong_kind(const JsonNode& node, Diagnostics& diagnostics, std::string_view expected) {
  diagnostics.add(node.where,
                  fmt::format("{} stands where {} is expected", kind_name(node.kind), expected));
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

ordered_json JsonNode::to_json() const {
  switch (kind) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return boolean;
    case Kind::integer:
      return integer;
    case Kind::number:
      return number;
    case Kind::string:
      return string;
    case Kind::array: {
      ordered_json array = ordered_json::array();
      for (const JsonNode& item : items) array.push_back(item.to_json());
      return array;
    }
    case Kind::object:
      break;
  }
  ordered_json object = ordered_json::object();
  for (const Member& member : members) object[member.name] = member.value.to_json();
  return object;
}

std::string_view kind_name(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return "true or false";
    case JsonNode::Kind::integer:
    case JsonNode::Kind::number:
      return "a number";
    case JsonNode::Kind::string:
      return "a string";
    case JsonNode::Kind::array:
      return "an array";
    case JsonNode::Kind::object:
      return "an object";
  }
  return "?";
}

std::optional<JsonNode> parse_json(const Source& source, Diagnostics& diagnostics) {
  // The parser would take a NUL for the end, and never look at what follows.
  if (const std::size_t nul = source->text.find('\0'); nul != std::string::npos) {
    diagnostics.add({source, nul, 1}, "not JSON: a NUL byte");
    return std::nullopt;
  }
  TreeBuilder builder(source, diagnostics);
  const bool strict = true;
  const bool ignore_comments = true;
  if (!json::sax_parse(source->text, &builder, json::input_format_t::json, strict,
                       ignore_comments)) {
    return std::nullopt;
  }
  return builder.result();
}

std::optional<std::string> read_string(const JsonNode& node, Diagnostics& diagnostics) {
  if (node.is(JsonNode::Kind::string)) return node.string;
  wrong_kind(node, diagnostics, "a string");
  return std::nullopt;
}

std::optional<bool> read_boolean(const JsonNode& node, Diagnostics& diagnostics) {
  if (node.is(JsonNode::Kind::boolean)) return node.boolean;
  wrong_kind(node, diagnostics, "true or false");
  return std::nullopt;
}

std::optional<double> read_number(const JsonNode& node, Diagnostics& diagnostics, double low,
                                  double high) {
  if (!node.is(JsonNode::Kind::integer) && !node.is(JsonNode::Kind::number)) {
    wrong_kind(node, diagnostics, "a number");
    return std::nullopt;
  }
  if (!(node.number >= low && node.number <= high)) {  // so that no NaN passes
    diagnostics.add(node.where, fmt::format("{} is out of range", node.number),
                    fmt::format("a number from {} to {}", low, high));
    return std::nullopt;
  }
  return node.number;
}

std::optional<std::int64_t> read_integer(const JsonNode& node, Diagnostics& diagnostics,
                                         std::int64_t low, std::int64_t high) {
  // What is past an integer was read as a number, and is no fraction.
  constexpr double kPastInteger = 9223372036854775808.0;
  if (node.is(JsonNode::Kind::number) && std::abs(node.number) >= kPastInteger) {
    diagnostics.add(node.where, fmt::format("{} is out of range", node.number),
                    fmt::format("a whole number from {} to {}", low, high));
    return std::nullopt;
  }
  if (!node.is(JsonNode::Kind::integer)) {
    wrong_kind(node, diagnostics, "a whole number");
    return std::nullopt;
  }
  if (node.integer < low || node.integer > high) {
    diagnostics.add(node.where, fmt::format("{} is out of range", node.integer),
                    fmt::format("a whole number from {} to {}", low, high));
    return std::nullopt;
  }
  return node.integer;
}

std::optional<Duration> read_duration(const JsonNode& node, Diagnostics& diagnostics) {
  if (node.is(JsonNode::Kind::integer) || node.is(JsonNode::Kind::number)) {
    diagnostics.add(node.where, "a bare number is no duration: its unit is missing",
                    fmt::format("a text with a unit, such as \"{0}s\" or \"{0}ms\"", node.number));
    return std::nullopt;
  }
  const std::optional<std::string> text = read_string(node, diagnostics);
  if (!text) return std::nullopt;
  const Result<Duration> duration = parse_duration(*text);
  if (duration) return *duration;
  diagnostics.add(node.where, duration.error().message);
  return std::nullopt;
}

std::optional<std::size_t> read_word(const JsonNode& node, Diagnostics& diagnostics,
                                     const std::vector<std::string_view>& words) {
  const std::optional<std::string> text = read_string(node, diagnostics);
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  diagnostics.add(node.where,
                  fmt::format("'{}' is not known here{}", *text, did_you_mean(*text, words)),
                  fmt::format("one of: {}", fmt::join(words, ", ")));
  return std::nullopt;
}

ObjectReader::ObjectReader(const JsonNode& node, Diagnostics& diagnostics, std::string_view what)
    : node_(node),
      diagnostics_(diagnostics),
      what_(what),
      object_(node.is(JsonNode::Kind::object)) {
  if (!object_) wrong_kind(node, diagnostics, fmt::format("{} (an object)", what));
}

const JsonNode* ObjectReader::optional(std::string_view name) {
  allow({name});
  return node_.find(name);
}

const JsonNode* ObjectReader::required(std::string_view name) {
  const JsonNode* found = optional(name);
  if (found == nullptr && object_) {
    report(node_, fmt::format("{} needs the member '{}'", what_, name));
  }
  return found;
}

void ObjectReader::allow(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
  }
}

bool ObjectReader::read(std::string_view name, std::string& into) {
  const JsonNode* member = optional(name);
  if (member == nullptr) return false;
  std::optional<std::string> value = read_string(*member, diagnostics_);
  if (value) into = std::move(*value);
  return value.has_value();
}

bool ObjectReader::read(std::string_view name, bool& into) {
  const JsonNode* member = optional(name);
  if (member == nullptr) return false;
  const std::optional<bool> value = read_boolean(*member, diagnostics_);
  if (value) into = *value;
  return value.has_value();
}

bool ObjectReader::read(std::string_view name, Duration& into) {
  const JsonNode* member = optional(name);
  if (member == nullptr) return false;
  const std::optional<Duration> value = read_duration(*member, diagnostics_);
  if (value) into = *value;
  return value.has_value();
}

void ObjectReader::finish() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const JsonNode::Member& member : node_.members) {
    if (std::find(known.begin(), known.end(), member.name) != known.end()) continue;
    diagnostics_.add(member.name_where,
                     fmt::format("{} has no member '{}'{}", what_, member.name,
                                 did_you_mean(member.name, known)),
                     fmt::format("one of: {}", fmt::join(known, ", ")));
  }
}

void ObjectReader::report(const JsonNode& where, std::string message, std::string expected) {
  diagnostics_.add(where.where, std::move(message), std::move(expected));
}

}  // namespace roomle_sim
