// What `endpoint` tells on stdout of the requests it gets: by a thread of its own, so that an
// endpoint that nobody reads goes on answering.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/text_queue.h"

namespace roomle_sim {

// Contract. As TextQueue's, of what is given to tell(). Lifetime: the console outlives it.
class EndpointOutput {
 public:
  // `on_closed`: called once when nothing can be told any more, by a thread of its own: must not
  // call finish().
  EndpointOutput(Console& console, std::function<void()> on_closed);

  // The first line, before it comes back: what is told earlier comes behind it. Lines for people
  // or, under --json, the object.
  void begin(const std::vector<std::string>& lines, const nlohmann::ordered_json& object);
  // None of these waits. A request, which may be dropped where nobody reads on.
  void tell(const std::vector<std::string>& lines, const nlohmann::ordered_json& object);
  // Anything else; always told.
  void say(const std::vector<std::string>& lines, const nlohmann::ordered_json& object);
  // What is left. True: all of it was told.
  bool finish() { return queue_.finish(); }

 private:
  [[nodiscard]] QueuedText queued(const std::vector<std::string>& lines,
                                  const nlohmann::ordered_json& object, bool always) const;
  void push(QueuedText text);

  Console& console_;
  std::mutex mutex_;
  bool begun_ = false;
  std::vector<QueuedText> early_;  // until begin()
  TextQueue queue_;
};

}  // namespace roomle_sim
