// Where a page of a list ends: the time and the number of its last delivery, as a text that callers
// hand back as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace roomle_sim {

struct PageCursor {
  std::int64_t accepted_at = 0;  // nanoseconds since 1970
  std::int64_t number = 0;
};

std::string cursor_text(const PageCursor& cursor);
// Nothing where the text is none that cursor_text() gives.
std::optional<PageCursor> parse_cursor(const std::string& text);

}  // namespace roomle_sim
