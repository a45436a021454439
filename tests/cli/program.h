// The program under test, as a command.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "tests/support/process.h"

namespace roomle_sim {

inline std::vector<std::string> program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PROGRAM);
  return arguments;
}

inline ProcessResult roomle_sim_run(std::vector<std::string> arguments,
                                    const ProcessOptions& options = {}) {
  return run_process(program(std::move(arguments)), options);
}

// The lines of --json output.
inline std::vector<nlohmann::ordered_json> objects(const std::string& out) {
  std::vector<nlohmann::ordered_json> found;
  std::size_t at = 0;
  while (at < out.size()) {
    const std::size_t end = std::min(out.find('\n', at), out.size());
    found.push_back(json_from(out.substr(at, end - at)));
    at = end + 1;
  }
  return found;
}

// A `roomle-sim endpoint` beside the test, and its URL.
class RunningEndpoint {
 public:
  explicit RunningEndpoint(std::vector<std::string> more = {})
      : process_(program(with_flags(std::move(more)))),
        url_(json_from(process_.read_line()).at("url").get<std::string>()) {}

  [[nodiscard]] const std::string& url() const { return url_; }
  Process& process() { return process_; }

 private:
  static std::vector<std::string> with_flags(std::vector<std::string> more) {
    more.insert(more.begin(), {"endpoint", "--json"});
    return more;
  }
  Process process_;
  std::string url_;
};

}  // namespace roomle_sim
