// Reads server-sent events (https://html.spec.whatwg.org/#parsing-an-event-stream) as their bytes
// come in. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace roomle_sim {

struct StreamEvent {
  std::string type;  // "message" where the stream names none
  std::string data;  // its lines, joined by newlines
};

// Threads: one at a time.
class EventStreamReader {
 public:
  // Of one event, and of one line: what is larger comes from no service of ours.
  static constexpr std::size_t kMostBytes = 4UL * 1024 * 1024;

  // Called for each event that is complete. False ends the reading.
  using OnEvent = std::function<bool(const StreamEvent&)>;

  // False: `on_event` said so, or too_large(). Bytes behind that are not looked at.
  bool feed(std::string_view bytes, const OnEvent& on_event);
  // The id of the last complete event that had one: what Last-Event-ID is to say.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }
  [[nodiscard]] bool too_large() const { return too_large_; }
  // What was begun will not be completed: a new connection begins anew. Keeps last_id().
  void begin_again();

 private:
  bool end_line(const OnEvent& on_event);
  void take_field(std::string_view name, std::string_view value);

  std::string line_;
  bool after_cr_ = false;  // a line feed now belongs to the line's end before it
  bool first_line_ = true;
  std::string type_;
  std::string data_;
  std::string id_;
  std::string last_id_;
  bool too_large_ = false;
};

}  // namespace roomle_sim
