#include "scenarios/filter.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace roomle_sim {

struct Filter::Node {
  enum class Kind { tag, name, is, file, negation, both, either };
  Kind kind = Kind::tag;
  std::string text;  // of the first four
  std::vector<std::shared_ptr<const Node>> parts;
};

namespace {

using Node = Filter::Node;
using NodePointer = std::shared_ptr<const Node>;

constexpr std::size_t kDeepestFilter = 100;
constexpr std::string_view kFilterForm =
    R"(such as 'retry and not slow', 'name:"timed out"' or 'file:ci/ or (a and b)')";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

bool holds(const Node& node, const Scenario& scenario) {
  const auto part_holds = [&](const NodePointer& part) { return holds(*part, scenario); };
  switch (node.kind) {
    case Node::Kind::tag:
      return std::find(scenario.tags.begin(), scenario.tags.end(), node.text) !=
             scenario.tags.end();
    case Node::Kind::name:
      return lower(scenario.name).find(lower(node.text)) != std::string::npos;
    case Node::Kind::is:
      return scenario.name == node.text;
    case Node::Kind::file:
      return scenario.path.find(node.text) != std::string::npos;
    case Node::Kind::negation:
      return !part_holds(node.parts.front());
    case Node::Kind::both:
      return std::all_of(node.parts.begin(), node.parts.end(), part_holds);
    case Node::Kind::either:
      break;
  }
  return std::any_of(node.parts.begin(), node.parts.end(), part_holds);
}

// Recursive descent: either := both ("or" both)*, both := one ("and" one)*.
class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  NodePointer parse() {
    NodePointer root = either();
    skip_spaces();
    if (root && at_ < text_.size()) return fail("'and' or 'or' is expected");
    return root;
  }

  [[nodiscard]] Error error() const {
    return {ErrorCode::usage, fmt::format("--filter '{}', column {}: {}; {}", text_,
                                          mistake_at_ + 1, mistake_, kFilterForm)};
  }
  std::vector<std::string> take_tags() { return std::move(tags_); }

 private:
  NodePointer fail(std::string mistake) {
    if (mistake_.empty()) {
      mistake_ = std::move(mistake);
      mistake_at_ = at_;
    }
    return nullptr;
  }

  NodePointer either() { return list("or", Node::Kind::either, &FilterParser::both); }
  NodePointer both() { return list("and", Node::Kind::both, &FilterParser::one); }

  NodePointer list(std::string_view word, Node::Kind kind, NodePointer (FilterParser::*part)()) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    do {
      NodePointer next = (this->*part)();
      if (!next) return nullptr;
      node->parts.push_back(std::move(next));
    } while (take(word));
    return node->parts.size() == 1 ? node->parts.front() : node;
  }

  NodePointer one() {
    if (++depth_ > kDeepestFilter) return fail(fmt::format("more than {} deep", kDeepestFilter));
    NodePointer result;
    if (take("not")) {
      if (NodePointer inner = one()) {
        auto node = std::make_shared<Node>();
        node->kind = Node::Kind::negation;
        node->parts.push_back(std::move(inner));
        result = std::move(node);
      }
    } else if (take_character('(')) {
      result = either();
      if (result && !take_character(')')) result = fail("')' is expected");
    } else {
      result = term();
    }
    --depth_;
    return result;
  }

  NodePointer term() {
    skip_spaces();
    auto node = std::make_shared<Node>();
    for (const auto& [prefix, kind] : {std::pair(std::string_view("name:"), Node::Kind::name),
                                       std::pair(std::string_view("is:"), Node::Kind::is),
                                       std::pair(std::string_view("file:"), Node::Kind::file)}) {
      if (!text_.substr(at_).starts_with(prefix)) continue;
      node->kind = kind;
      at_ += prefix.size();
    }
    const std::string_view word = peek_word();
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    if (!quoted && (word.empty() || word == "and" || word == "or" || word == "not")) {
      return fail(node->kind == Node::Kind::tag ? "a tag is expected" : "a text is expected");
    }
    if (quoted) {
      if (!take_quoted(node->text)) return fail("the quote is not closed");
    } else {
      node->text = std::string(word);
      at_ += word.size();
    }
    if (node->kind == Node::Kind::tag) tags_.push_back(node->text);
    return node;
  }

  // A quote in it stands twice. False where it does not end.
  bool take_quoted(std::string& text) {
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        if (!text_.substr(i + 1).starts_with('"')) {
          at_ = i + 1;
          return true;
        }
        ++i;
      }
      text += text_[i];
    }
    return false;
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  [[nodiscard]] std::string_view peek_word() const {
    return text_.substr(at_, text_.find_first_of(" \t()\"", at_) - at_);
  }
  bool take(std::string_view word) {
    skip_spaces();
    if (peek_word() != word) return false;
    at_ += word.size();
    return true;
  }
  bool take_character(char c) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string mistake_;
  std::size_t mistake_at_ = 0;
  std::vector<std::string> tags_;
};

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
  FilterParser parser(text);
  Filter filter;
  filter.root_ = parser.parse();
  if (!filter.root_) return parser.error();
  filter.tags_ = parser.take_tags();
  return filter;
}

bool Filter::matches(const Scenario& scenario) const {
  return holds(*root_, scenario);
}

}  // namespace roomle_sim
