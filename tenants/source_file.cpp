#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "tenants/registry.h"

namespace roomle_sim {
namespace {

// Far above any file written by hand, and below what would fill the memory: a device or a log that
// was named by mistake ends here.
constexpr std::size_t kLargest = 16 * 1024 * 1024;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Error unreadable(const std::string& name, std::string_view why) {
  return {ErrorCode::bad_input, fmt::format("{}: {}", name, why)};
}

Result<std::string> read_stream(std::FILE* file, const std::string& name) {
  std::string text;
  std::string chunk(64 * 1024, '\0');
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file)) {
    text.append(chunk, 0, size);
    if (text.size() > kLargest) return unreadable(name, "it is larger than 16 MiB");
  }
  if (std::ferror(file) != 0) return unreadable(name, "it could not be read to the end");
  return text;
}

Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (path.empty()) return unreadable("''", "a file's name is expected");
  if (std::filesystem::is_directory(path, ignored)) return unreadable(path, "it is a folder");
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return unreadable(
        path, errno == ENOENT ? "there is no such file" : std::generic_category().message(errno));
  }
  return read_stream(file.get(), path);
}

}  // namespace

Result<Source> read_source(const std::string& path) {
  const bool standard_input = path == "-";
  Result<std::string> text = standard_input ? read_stream(stdin, "<stdin>") : read_file(path);
  if (!text) return text.error();
  return std::make_shared<const SourceText>(
      SourceText{standard_input ? "<stdin>" : path, std::move(*text)});
}

SecretSources SecretSources::system() {
  SecretSources sources;
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return value;
  };
  sources.file = read_file;
  return sources;
}

}  // namespace roomle_sim
