// What `serve` tells of its deliveries, on stdout, by a thread of its own: whoever reads slowly, or
// not at all, holds up neither the journal nor a POST.
#pragma once

#include <cstddef>
#include <functional>
#include <unistd.h>
#include <vector>

#include "base/time.h"
#include "cli/console.h"
#include "cli/text_queue.h"
#include "sender/journal.h"

namespace roomle_sim {

// The most that waits to be told. What comes beyond is dropped until half of that is told; then, at
// the place of what is missing, a line says how much that was: under --json
// {"type":"dropped","count":N}. The journal has everything.
struct OutputLimits {
  std::size_t records = TextQueue::kItems;
  std::size_t bytes = TextQueue::kBytes;  // of their events, requests and answers
};

// Contract. As TextQueue's; of records. Lifetime: the console outlives it, and no lock of it is
// held while stdout is waited for. A stdout that is closed, or fails, is said once on stderr.
class OutputQueue {
 public:
  // `descriptor`: where to; it stays the caller's. `on_closed`: called once when nothing can be
  // told any more, by the queue's thread: must not call finish().
  explicit OutputQueue(Console& console, const OutputLimits& limits = {},
                       int descriptor = STDOUT_FILENO, std::function<void()> on_closed = {});

  // Never waits.
  void push(std::vector<JournalRecord> records);

  // Tells what is left, but for no longer than `limit`: the last line may then be cut. True: all of
  // it was told. May be called again.
  bool finish(Duration limit = std::chrono::seconds(2)) { return queue_.finish(limit); }

 private:
  Console form_;  // how it looks, and nothing else: never printed through
  TextQueue queue_;
};

}  // namespace roomle_sim
