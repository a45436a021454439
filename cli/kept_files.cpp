#include "cli/kept_files.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/run_flags.h"
#include "cli/scenario_choice.h"
#include "scenarios/file_identity.h"
#include "scenarios/report_document.h"
#include "tenants/registry.h"

namespace roomle_sim {
namespace {

std::string and_overwritten(std::string_view what) {
  return fmt::format("{}, and would be overwritten", what);
}

// Of "server.py" itself, of "--tenants=mine.json" what stands behind the sign. A device or a FIFO
// loses nothing that is written into it.
void keep_files_in(const std::string& word, std::vector<KeptFile>& kept) {
  std::vector<std::string> paths{word};
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos) paths.push_back(word.substr(equals + 1));
  for (std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    kept.push_back({std::move(path), and_overwritten("is a file of the command behind '--'")});
  }
}

// An empty file has nothing to lose.
bool is_replaceable(const std::string& path) {
  const Result<Source> source = read_source(path);
  return source && ((*source)->text.empty() || is_report_document(json_from((*source)->text)));
}

}  // namespace

std::vector<KeptFile> kept_files(const RunFlags& flags,
                                 const std::optional<std::vector<std::string>>& child) {
  std::vector<KeptFile> kept;
  const auto add = [&](std::string_view flag, const std::string& path) {
    if (path.empty()) return;
    kept.push_back({path, and_overwritten(fmt::format("is the file of {}", flag))});
  };
  const HttpTransportOptions& transport = flags.http.transport();
  add("--cacert", transport.ca_cert_file);
  add("--cert", transport.client_cert_file);
  add("--key", transport.client_key_file);
  if (!flags.replay.empty()) {
    KeptFile folder{flags.replay, "lies in the folder of --replay, which is for recordings alone"};
    folder.folder = true;
    kept.push_back(std::move(folder));
  }
  if (child) {
    for (const std::string& word : *child) keep_files_in(word, kept);
  }
  return kept;
}

std::vector<KeptFile> kept_files(const ChosenFiles& files) {
  std::vector<KeptFile> kept;
  for (const std::string& path : files.read) {
    if (path != "-") kept.push_back({path, and_overwritten("is a file of this run")});
  }
  for (const FoundFiles::Other& other : files.passed_over) {
    KeptFile file{other.path, and_overwritten(fmt::format("was found and passed over ({})",
                                                          describe(other.kind)))};
    file.unless_report = true;
    kept.push_back(std::move(file));
  }
  return kept;
}

std::optional<std::size_t> which_harms(const std::vector<std::string>& identities,
                                       const KeptFile& file) {
  std::string kept = file_identity(file.path);
  // It ends so already where it is not there yet, and was given so.
  if (file.folder && !kept.ends_with('/')) kept += '/';
  for (std::size_t i = 0; i < identities.size(); ++i) {
    if (file.folder ? !identities[i].starts_with(kept) : identities[i] != kept) continue;
    if (!file.unless_report || !is_replaceable(file.path)) return i;
  }
  return std::nullopt;
}

}  // namespace roomle_sim
