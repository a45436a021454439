#include "scenarios/file_kind.h"

#include "tenants/registry.h"

namespace roomle_sim {

FileKind kind_of(const JsonNode& root) {
  if (!root.is(JsonNode::Kind::object)) return FileKind::other;
  const auto has = [&](std::string_view name) { return root.find(name) != nullptr; };
  if (has("steps")) return FileKind::scenario;
  if (has("name") && (has("tenants") || has("tenantsFile") || has("include"))) {
    return FileKind::scenario;
  }
  if (has("tenants") && !has("endpoint")) return FileKind::tenants;
  if (has("sequence") || has("refuse")) return FileKind::behavior;
  return FileKind::other;
}

FileKind kind_of_file(const std::string& path) {
  const Result<Source> source = read_source(path);
  if (!source) return FileKind::scenario;
  Diagnostics mistakes;  // told when it is loaded
  if (const std::optional<JsonNode> root = parse_json(*source, mistakes)) return kind_of(*root);
  const bool meant = (*source)->text.find("\"steps\"") != std::string::npos;
  return meant ? FileKind::scenario : FileKind::no_json;
}

std::string_view describe(FileKind kind) {
  switch (kind) {
    case FileKind::scenario:
      return "this looks like a scenario";
    case FileKind::tenants:
      return "this looks like a tenants file";
    case FileKind::behavior:
      return "this looks like an endpoint's behaviour";
    case FileKind::no_json:
      return "this is no JSON";
    case FileKind::other:
      break;
  }
  return "this is no scenario";
}

std::string_view command_for(FileKind kind) {
  if (kind == FileKind::tenants) return "roomle-sim tenants check FILE";
  return kind == FileKind::behavior ? "roomle-sim endpoint --behavior FILE" : "";
}

}  // namespace roomle_sim
