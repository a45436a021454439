// The journal that the service's dispatcher writes to: passes records on to the durable one, and
// tells listeners what has become durable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "sender/journal.h"

namespace roomle_sim {

// What a listener is told of one record; small, since some thousands are kept for resuming streams.
struct FeedItem {
  std::uint64_t number = 0;  // from 1, without gaps: the id of the stream's event
  std::string delivery;
  std::int64_t tenant_id = 0;
  std::string event;  // its type
  TimePoint at;
  Record what;
};

// Threads: every member may be called from any. Lifetime: `below` outlives it.
class Feed : public Journal {
 public:
  // `kept`: at least 1.
  explicit Feed(Journal& below, std::size_t kept = 4096);
  ~Feed() override;

  // Called after each durable append, by the thread that learns of it, without a lock of the
  // feed's, of one delivery in order: must be quick, must not throw. Set before the dispatcher
  // starts.
  using Observer = std::function<void(std::span<const JournalRecord>)>;
  void add_observer(Observer observer);

  std::optional<Error> append(std::span<const JournalRecord> records) override;
  void append_later(Records records, Done done) override;

  // From now on nothing is passed on: each append is told this error. The first one stays.
  void fail(const Error& error);
  [[nodiscard]] std::optional<Error> failure() const;  // what fail() was told

  struct Batch {
    std::vector<FeedItem> items;  // behind `after`, at most `limit`
    bool gap = false;             // some behind `after` are not kept any more
    bool closed = false;          // close() was called: nothing more will come
  };
  // Waits up to `limit_wait` for an item behind `after`.
  Batch wait(std::uint64_t after, std::size_t limit, Duration limit_wait);
  [[nodiscard]] std::uint64_t last() const;
  // Tells this run of the service from others, so that a reader's id of an earlier run is a gap.
  [[nodiscard]] const std::string& run_id() const;
  // Ends every wait(), for an orderly end.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
