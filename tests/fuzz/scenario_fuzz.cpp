// Bytes as a scenario file, and the files that it takes in: they stand in the same bytes, one after
// the other, behind lines of "%%%". No other file is looked at, nor the environment.
#include <map>
#include <vector>

#include "scenarios/scenario.h"
#include "tests/fuzz/fuzzing.h"

using namespace roomle_sim;

namespace {

constexpr std::string_view kNextFile = "\n%%%\n";

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> files;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(kNextFile);
    files.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + kNextFile.size());
  }
  return files;
}

// The first path that is asked for gets the second of the files, and so on.
class Folder {
 public:
  explicit Folder(std::vector<std::string_view> files) : files_(std::move(files)) {}

  Result<std::string> read(const std::string& path) {
    const std::size_t number = numbers_.emplace(path, numbers_.size() + 1).first->second;
    if (number < files_.size()) return std::string(files_[number]);
    return Error{ErrorCode::bad_input, path + ": there is no such file"};
  }

 private:
  std::vector<std::string_view> files_;
  std::map<std::string, std::size_t> numbers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::to_text(bytes, size);
  if (fuzz::gives_away(text)) return 0;
  const std::vector<std::string_view> files = split(text);
  Folder folder(files);
  LoadOptions options;
  options.sources.environment = [](const std::string&) {
    return std::optional<std::string>(fuzz::kOutsideSecret);
  };
  options.sources.file = [&](const std::string& path) { return folder.read(path); };
  const auto scenarios = parse_scenarios(fuzz::to_source(files.front()), options);
  if (scenarios) {
    fuzz::require(!scenarios->empty(), "a file that is right has a scenario");
  } else {
    const std::string& message = scenarios.error().message;
    fuzz::require(!message.empty(), "a refusal says why");
    fuzz::require(message.find(fuzz::kOutsideSecret) == std::string::npos,
                  "no message holds what the environment gave");
  }
  return 0;
}
