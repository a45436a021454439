#include "scenarios/include.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kMostFiles = 100;

JsonNode* find_member(JsonNode& node, std::string_view name) {
  const auto found = std::find_if(node.members.begin(), node.members.end(),
                                  [&](const auto& member) { return member.name == name; });
  return found == node.members.end() ? nullptr : &found->value;
}

// `over` before `base`.
void merge(JsonNode& base, const JsonNode& over) {
  for (const JsonNode::Member& member : over.members) {
    JsonNode* there = find_member(base, member.name);
    if (there == nullptr) {
      base.members.push_back(member);
    } else if (member.name == "variables" && there->is(Kind::object) &&
               member.value.is(Kind::object)) {
      merge(*there, member.value);
    } else if (member.name == "tags" && there->is(Kind::array) && member.value.is(Kind::array)) {
      there->items.insert(there->items.end(), member.value.items.begin(), member.value.items.end());
    } else {
      std::erase_if(base.members, [&](const auto& one) { return one.name == member.name; });
      base.members.push_back(member);
    }
  }
}

class Includer {
 public:
  Includer(const SecretSources& sources, Diagnostics& diagnostics, std::set<std::string>& files)
      : sources_(sources), diagnostics_(diagnostics), files_(files) {}

  WithIncludes run(JsonNode root) {
    JsonNode whole = take(std::move(root));
    return {std::move(whole), complete_};
  }

 private:
  JsonNode take(JsonNode node) {
    const JsonNode* include = node.find("include");
    if (include == nullptr) return node;
    JsonNode base;
    base.kind = Kind::object;
    base.where = node.where;
    if (include->is(Kind::array)) {
      for (const JsonNode& one : include->items) add(one, base);
    } else {
      add(*include, base);
    }
    std::erase_if(node.members, [](const auto& member) { return member.name == "include"; });
    merge(base, node);
    return base;
  }

  void add(const JsonNode& node, JsonNode& base) {
    std::optional<JsonNode> file = load(node);
    if (!file) {
      complete_ = false;
      return;
    }
    under_way_.push_back(file->where.source->name);
    merge(base, take(*std::move(file)));
    under_way_.pop_back();
  }

  // Nothing on a mistake.
  std::optional<JsonNode> load(const JsonNode& node) {
    const auto name = read_string(node, diagnostics_);
    if (!name) return std::nullopt;
    const std::string path = path_beside(node.where, *name);
    const bool again = std::find(under_way_.begin(), under_way_.end(), path) != under_way_.end();
    if (again || ++count_ > kMostFiles) {
      diagnostics_.add(node.where,
                       again ? fmt::format("'{}' is included by itself", path)
                             : fmt::format("more than {} files are included", kMostFiles));
      return std::nullopt;
    }
    files_.insert(path);
    std::optional<JsonNode> file = load_included(node.where, path, sources_, diagnostics_);
    if (!file) return std::nullopt;
    if (!file->is(Kind::object)) {
      diagnostics_.add(file->where,
                       fmt::format("{} stands where members of a scenario (an object) are expected",
                                   kind_name(file->kind)),
                       fmt::format("it is included at {}; a list of steps is included by a step",
                                   describe(node.where)));
      return std::nullopt;
    }
    if (const JsonNode* own = file->find("name")) {
      diagnostics_.add(own->where, "this scenario has a name of its own, and is included",
                       "what several scenarios share, in a file without a name");
      return std::nullopt;
    }
    return file;
  }

  const SecretSources& sources_;
  Diagnostics& diagnostics_;
  std::vector<std::string> under_way_;
  std::set<std::string>& files_;
  std::size_t count_ = 0;
  bool complete_ = true;
};

}  // namespace

std::string path_beside(const Location& where, const std::string& path) {
  const auto folder = std::filesystem::path(where.source->name).parent_path();
  return (folder / path).lexically_normal().string();
}

std::optional<JsonNode> load_included(const Location& where, const std::string& path,
                                      const SecretSources& sources, Diagnostics& diagnostics) {
  Result<std::string> text = sources.file(path);
  if (text) {
    return parse_json(std::make_shared<const SourceText>(SourceText{path, *std::move(text)}),
                      diagnostics);
  }
  diagnostics.add(where, text.error().message);
  return std::nullopt;
}

WithIncludes take_includes(JsonNode root, const SecretSources& sources, Diagnostics& diagnostics,
                           std::set<std::string>& files) {
  return Includer(sources, diagnostics, files).run(std::move(root));
}

}  // namespace roomle_sim
