#include "sender/connection_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace roomle_sim {

// Closing may take a system call or two, so each list of what is to be closed dies after its lock.

std::unique_ptr<HttpConnection> ConnectionPool::take(const std::string& key) {
  for (;;) {
    List closing;
    List taken;
    {
      const std::lock_guard lock(mutex_);
      drop_expired(closing);
      taken = take_latest(key);
    }
    if (taken.empty()) return nullptr;
    if (taken.front().connection->socket().fit_for_reuse())
      return std::move(taken.front().connection);
  }
}

void ConnectionPool::give(const std::string& key, std::unique_ptr<HttpConnection> connection) {
  List added;
  added.push_back({key, std::move(connection), std::chrono::steady_clock::now()});
  List closing;
  const std::lock_guard lock(mutex_);
  drop_expired(closing);
  idle_.splice(idle_.end(), added);
  const auto of_key = [&](const Idle& idle) { return idle.key == key; };
  if (static_cast<std::size_t>(std::count_if(idle_.begin(), idle_.end(), of_key)) >
      limits_.per_key) {
    closing.splice(closing.end(), idle_, std::find_if(idle_.begin(), idle_.end(), of_key));
  }
  if (idle_.size() > limits_.in_all) closing.splice(closing.end(), idle_, idle_.begin());
}

bool ConnectionPool::drop_oldest() {
  List closing;
  const std::lock_guard lock(mutex_);
  if (!idle_.empty()) closing.splice(closing.end(), idle_, idle_.begin());
  return !closing.empty();
}

void ConnectionPool::drop_expired(List& closing) {
  const SteadyTime oldest = std::chrono::steady_clock::now() - limits_.idle_limit;
  while (!idle_.empty() && idle_.front().since <= oldest) {
    closing.splice(closing.end(), idle_, idle_.begin());
  }
}

ConnectionPool::List ConnectionPool::take_latest(const std::string& key) {
  List taken;
  const auto found =
      std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.key == key; });
  if (found != idle_.rend()) taken.splice(taken.end(), idle_, std::prev(found.base()));
  return taken;
}

}  // namespace roomle_sim
