// Lines for stdout, written by a thread of their own: whoever reads slowly, or not at all, holds up
// nobody who has something to tell.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unistd.h>

#include "base/time.h"

namespace roomle_sim {

// What is to be told in one piece, and becomes text when its turn comes.
struct QueuedText {
  std::function<std::string()> text;  // whole lines; called once, by the queue's thread
  std::size_t bytes = 0;              // that it holds until then
  std::size_t items = 1;              // that it tells of
  bool always = false;                // told also where there is no room
};

// Contract. Threads: push() from any; what one thread pushes is told in its order. No lock of
// stdio's is held while stdout is waited for: messages go on, and so does the program's end. Other
// lines on stdout are to be printed before the first push(). A stdout that is closed, or fails,
// ends the telling: it is noticed also while there is nothing to tell.
class TextQueue {
 public:
  static constexpr std::size_t kItems = 20'000;
  static constexpr std::size_t kBytes = 16UL * 1024 * 1024;
  struct Options {
    // The most that waits to be told. What comes beyond is dropped until half of that is told;
    // then, at the place of what is missing, stands what `dropped` makes of the number of its
    // items.
    std::size_t items = kItems;
    std::size_t bytes = kBytes;
    std::function<std::string(std::size_t items)> dropped;
    // Where to; it stays the caller's.
    int descriptor = STDOUT_FILENO;
    // Called once when nothing can be told any more, by the queue's thread: must not call finish().
    std::function<void()> on_closed;
  };

  explicit TextQueue(Options options);
  ~TextQueue();  // finish()
  TextQueue(const TextQueue&) = delete;
  TextQueue& operator=(const TextQueue&) = delete;

  // Never waits.
  void push(QueuedText text);

  // Tells what is left, but for no longer than `limit`: the last line may then be cut. True: all of
  // it was told. May be called again.
  bool finish(Duration limit = std::chrono::seconds(2));

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
