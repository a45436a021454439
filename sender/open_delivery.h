// One delivery that has not ended, as the dispatcher holds it. There may be a hundred thousand, so
// that each text and each setting is there once: about a kilobyte each (bench/open_deliveries.cpp).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "sender/delivery.h"
#include "sender/event.h"
#include "sender/recipient.h"

namespace roomle_sim {

struct OpenDelivery;
using OpenPtr = std::shared_ptr<OpenDelivery>;

struct Job {
  OpenPtr delivery;
  Deadline deadline;
};

using Timers = std::multimap<TimePoint, Job>;

struct OpenDelivery {
  OpenDelivery(std::string delivery_id, std::shared_ptr<const Recipient> whom,
               std::shared_ptr<const EventText> what, Delivery delivery)
      : id(std::move(delivery_id)),
        recipient(std::move(whom)),
        event(std::move(what)),
        machine(std::move(delivery)) {}

  const std::string id;
  const std::shared_ptr<const Recipient> recipient;  // null: the tenant is gone, and so it ends
  const std::shared_ptr<const EventText> event;

  std::mutex mutex;  // guards what follows; never held during I/O
  Delivery machine;
  // The records of a step are on their way to the journal. No other step makes any meanwhile, and
  // what the machine waits for next is scheduled when they are there.
  bool writing = false;
  std::optional<Deadline> scheduled;

  std::optional<Timers::iterator> timer;  // guarded by the dispatcher's mutex
};

// Open deliveries by their ids, which stand in them alone.
struct OpenById {
  using is_transparent = void;
  static std::string_view id(std::string_view text) { return text; }
  static std::string_view id(const OpenPtr& delivery) { return delivery->id; }
  std::size_t operator()(const auto& one) const { return std::hash<std::string_view>()(id(one)); }
  bool operator()(const auto& a, const auto& b) const { return id(a) == id(b); }
};
using OpenSet = std::unordered_set<OpenPtr, OpenById, OpenById>;

}  // namespace roomle_sim
