// Lists that come in pages: --limit, --cursor and --all.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/console.h"

namespace roomle_sim {

// Must outlive the parsing.
class PagingFlags {
 public:
  void add_to(Command& command);

  using Query = std::vector<std::pair<std::string, std::string>>;
  // Prints what the page holds, `first` with the columns' names. False: it is none of ours.
  using ShowPage = std::function<bool(const nlohmann::ordered_json& page, bool first)>;

  // Asks PATH with the query for one page, or with --all for each, and tells how to go on. The exit
  // code.
  int show(Console& console, const ClientOptions& client, const std::string& path,
           const Query& query, const ShowPage& show_page) const;

 private:
  std::uint64_t limit_ = 50;
  std::string cursor_;
  bool all_ = false;
};

}  // namespace roomle_sim
