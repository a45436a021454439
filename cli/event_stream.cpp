#include "cli/event_stream.h"

#include <utility>

namespace roomle_sim {

bool EventStreamReader::feed(std::string_view bytes, const OnEvent& on_event) {
  while (!bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    line_ += bytes.substr(0, end);
    if (line_.size() + data_.size() > kMostBytes) {
      too_large_ = true;
      return false;
    }
    if (end == std::string_view::npos) return true;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (!end_line(on_event)) return false;
  }
  return true;
}

bool EventStreamReader::end_line(const OnEvent& on_event) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (!line.empty()) {
    const std::size_t colon = line.find(':');
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);  // a comment has the empty name
    line_.clear();
    return true;
  }
  line_.clear();
  last_id_ = id_;
  StreamEvent event{std::exchange(type_, {}), std::exchange(data_, {})};
  if (event.data.empty()) return true;
  event.data.pop_back();  // the newline behind its last line
  if (event.type.empty()) event.type = "message";
  return on_event(event);
}

void EventStreamReader::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    type_ = value;
  } else if (name == "data") {
    data_ += value;
    data_ += '\n';
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
}

void EventStreamReader::begin_again() {
  line_.clear();
  type_.clear();
  data_.clear();
  after_cr_ = false;
  first_line_ = true;
  id_ = last_id_;
}

}  // namespace roomle_sim
