#include "cli/paging.h"

#include <set>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag_value.h"

namespace roomle_sim {
namespace {

constexpr std::uint64_t kMostPerPage = 1000;  // what the inspector gives at once

}  // namespace

void PagingFlags::add_to(Command& command) {
  Flag most = add_number(
      command, "--limit", 1, kMostPerPage, [this](std::uint64_t number) { limit_ = number; },
      "How many at most (default 50)");
  command.add_option("--cursor", cursor_, "Go on where a list said that there are more")
      .type_name("CURSOR");
  command.add_flag("--all", all_, "All of them, page by page").excludes(most);
}

int PagingFlags::show(Console& console, const ClientOptions& client, const std::string& path,
                      const Query& query, const ShowPage& show_page) const {
  std::string cursor = cursor_;
  std::set<std::string> seen;
  for (;;) {
    Query whole = query;
    whole.emplace_back("limit", fmt::format("{}", all_ ? kMostPerPage : limit_));
    whole.emplace_back("cursor", cursor);
    const auto page = call(console, client, "GET", path + query_of(whole));
    if (!page) return page.error().exit_code;
    AnswerReader reader(*page);
    const std::string next = reader.text_or("next");
    // The same page again and again would be a list without an end.
    const bool again = !next.empty() && !seen.insert(next).second;
    if (!reader.ok() || again || !show_page(*page, cursor == cursor_)) {
      return console.fail(foreign_answer(client.url()));
    }
    if (next.empty()) return exit_code::kFine;
    if (!all_) {
      console.object({{"type", "page"}, {"next", next}});
      console.message(fmt::format("there are more: add --cursor {}, or --all", printable(next)));
      return exit_code::kFine;
    }
    if (!console.flush()) return exit_code::kCouldNotRun;  // nobody reads on
    cursor = next;
  }
}

}  // namespace roomle_sim
