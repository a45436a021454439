#include <filesystem>

#include <fmt/format.h>

#include "tenants/registry.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kForms = R"(a text, {"env": "NAME"} or {"file": "PATH"})";

// As variables are called: anything else may be the secret itself, put into the wrong place, and a
// message ends in the logs of build servers.
std::string variable(std::string_view name) {
  constexpr std::string_view kUsual = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  constexpr std::size_t kLongestName = 64;
  const bool usual = name.size() <= kLongestName && name.find_first_not_of(kUsual) == name.npos;
  return usual ? fmt::format("the environment variable '{}'", name) : "this environment variable";
}

std::optional<std::string> from_environment(const JsonNode& node, Diagnostics& diagnostics,
                                            const SecretSources& sources) {
  const std::optional<std::string> name = read_string(node, diagnostics);
  if (!name) return std::nullopt;
  std::optional<std::string> value = sources.environment(*name);
  if (!value) {
    diagnostics.add(node.where, fmt::format("{} is not set", variable(*name)));
  }
  return value;
}

void drop_newline(std::string& text) {
  if (!text.ends_with('\n')) return;
  text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

std::optional<std::string> from_file(const JsonNode& node, Diagnostics& diagnostics,
                                     const SecretSources& sources) {
  const std::optional<std::string> name = read_string(node, diagnostics);
  if (!name) return std::nullopt;
  const std::filesystem::path beside = std::filesystem::path(node.where.source->name).parent_path();
  Result<std::string> content = sources.file((beside / *name).string());
  if (!content) {
    diagnostics.add(node.where,
                    fmt::format("the secret cannot be read: {}", content.error().message));
    return std::nullopt;
  }
  drop_newline(*content);
  return std::move(*content);
}

std::optional<std::string> from_elsewhere(const JsonNode& node, Diagnostics& diagnostics,
                                          const SecretSources& sources) {
  ObjectReader reader(node, diagnostics, "a secret");
  const JsonNode* environment = reader.optional("env");
  const JsonNode* file = reader.optional("file");
  reader.finish();
  if ((environment != nullptr) == (file != nullptr)) {
    reader.report(node, "a secret needs either 'env' or 'file'", std::string(kForms));
    return std::nullopt;
  }
  return environment != nullptr ? from_environment(*environment, diagnostics, sources)
                                : from_file(*file, diagnostics, sources);
}

}  // namespace

std::optional<Secret> read_secret(const JsonNode& node, Diagnostics& diagnostics,
                                  const SecretSources& sources) {
  std::optional<std::string> text;
  if (node.is(JsonNode::Kind::string)) {
    text = node.string;
  } else if (node.is(JsonNode::Kind::object)) {
    text = from_elsewhere(node, diagnostics, sources);
  } else {
    diagnostics.add(node.where, fmt::format("{} is no secret", kind_name(node.kind)),
                    std::string(kForms));
  }
  if (!text) return std::nullopt;
  if (text->empty()) {
    diagnostics.add(node.where, "the secret is empty");
    return std::nullopt;
  }
  return Secret(std::move(*text));
}

}  // namespace roomle_sim
