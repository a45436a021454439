#include "journal/page_cursor.h"

#include <charconv>

#include <fmt/format.h>

namespace roomle_sim {

std::string cursor_text(const PageCursor& cursor) {
  return fmt::format("c{}-{}", cursor.accepted_at, cursor.number);
}

std::optional<PageCursor> parse_cursor(const std::string& text) {
  PageCursor cursor;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() != 'c') return std::nullopt;
  const auto time = std::from_chars(text.data() + 1, end, cursor.accepted_at);
  if (time.ec != std::errc() || time.ptr == end || *time.ptr != '-') return std::nullopt;
  const auto number = std::from_chars(time.ptr + 1, end, cursor.number);
  if (number.ec != std::errc() || number.ptr != end) return std::nullopt;
  return cursor;
}

}  // namespace roomle_sim
