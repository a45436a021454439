#include "sender/open_set.h"

#include <fmt/format.h>

namespace roomle_sim {

std::optional<Error> BoundedOpenSet::admit(const OpenPtr& delivery) {
  const std::size_t size = delivery->event->size();
  if (size > limits_.event_bytes) {
    return Error{ErrorCode::bad_input,
                 fmt::format("the event has {} bytes; {} are the most", size, limits_.event_bytes)};
  }
  if (open_.size() >= limits_.deliveries) {
    return Error{ErrorCode::busy,
                 fmt::format("{} deliveries are open, which is the most: try again when some have "
                             "ended",
                             open_.size())};
  }
  if (bytes_ + size > limits_.bytes) {
    return Error{ErrorCode::busy,
                 fmt::format("the events of open deliveries fill the {} MiB that there are for "
                             "them: try again when some have ended",
                             limits_.bytes / (1024 * 1024))};
  }
  take_up(delivery);
  return std::nullopt;
}

void BoundedOpenSet::take_up(const OpenPtr& delivery) {
  if (open_.insert(delivery).second) bytes_ += delivery->event->size();
}

void BoundedOpenSet::remove(const OpenPtr& delivery) {
  if (open_.erase(delivery) > 0) bytes_ -= delivery->event->size();
}

OpenPtr BoundedOpenSet::find(std::string_view id) const {
  const auto at = open_.find(id);
  return at == open_.end() ? nullptr : *at;
}

}  // namespace roomle_sim
