// A reader of the live stream that needs no socket, and what its text says.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "service/http_message.h"

namespace roomle_sim::test {

struct SeenEvent {
  std::string type;
  std::string id;
  nlohmann::json data;
};

struct SeenStream {
  std::vector<SeenEvent> events;  // those that are complete
  std::string last_id;            // also of a block without an event
  std::size_t heartbeats = 0;
};

// As a browser reads it: what no empty line ends is not there yet.
inline SeenStream read_stream(std::string_view text) {
  SeenStream seen;
  for (std::size_t end = text.find("\n\n"); end != std::string_view::npos;
       end = text.find("\n\n")) {
    std::istringstream lines{std::string(text.substr(0, end))};
    text.remove_prefix(end + 2);
    SeenEvent event;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("id: ")) seen.last_id = event.id = line.substr(4);
      if (line.starts_with("event: ")) event.type = line.substr(7);
      if (line.starts_with("data: ")) event.data = json_from<nlohmann::json>(line.substr(6));
      if (line == ": heartbeat") ++seen.heartbeats;
    }
    if (!event.data.is_null()) seen.events.push_back(std::move(event));
  }
  return seen;
}

// Takes what is written, up to `most` bytes: then the reader is gone in the middle of it.
class TextSink : public StreamSink {
 public:
  explicit TextSink(std::size_t most = std::string::npos) : most_(most) {}

  bool write(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    text_ += bytes.substr(0, most_ - std::min(most_, text_.size()));
    gone_ = gone_ || text_.size() >= most_;
    changed_.notify_all();
    return !gone_;
  }
  bool ended() override {
    const std::lock_guard lock(mutex_);
    return gone_;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  [[nodiscard]] SeenStream seen() const { return read_stream(text()); }
  // Waits until what was written is as wanted; false: it never was.
  bool wait_until(const std::function<bool(const SeenStream&)>& wanted) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return wanted(read_stream(text_)); });
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string text_;
  bool gone_ = false;
};

// Follows an answer's stream on a thread of its own, as a connection does.
class Follower {
 public:
  explicit Follower(ApiResponse response)
      : thread_([this, own = std::move(response)]() mutable {
          own.stream(sink);
          // The slot goes with the stream's end, whoever still holds the answer.
          own = {};
        }) {}
  ~Follower() { sink.leave(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void wait_for_end() { thread_.join(); }

  TextSink sink;

 private:
  std::jthread thread_;
};

}  // namespace roomle_sim::test
