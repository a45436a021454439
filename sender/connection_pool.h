// Idle connections, kept for the next post to the same place.
//
// A connection that the endpoint closed meanwhile is not a failed attempt: take() gives out only
// what is still open, has sent nothing unasked, and was idle for less than the limit. (The endpoint
// may still hang up in the instant after that look; no client can tell, and a POST is never sent
// twice to find out.) Too many: the one that was idle longest is closed, first of the key's, then
// of all. Connections past the limit are closed at the next call; nothing runs in between. Threads:
// all of it may be called from any.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "base/time.h"
#include "sender/http_connection.h"

namespace roomle_sim {

class ConnectionPool {
 public:
  struct Limits {
    Duration idle_limit{std::chrono::seconds(4)};
    std::size_t per_key = 8;
    std::size_t in_all = 256;
  };
  explicit ConnectionPool(Limits limits) : limits_(limits) {}

  // The connection that was used last under that key, or nothing.
  std::unique_ptr<HttpConnection> take(const std::string& key);
  void give(const std::string& key, std::unique_ptr<HttpConnection> connection);
  // Closes the one that was idle longest, to have its descriptor. False: there is none.
  bool drop_oldest();

 private:
  struct Idle {
    std::string key;
    std::unique_ptr<HttpConnection> connection;
    SteadyTime since;
  };
  using List = std::list<Idle>;

  // Both with the mutex held; what is to be closed goes to `closing`.
  void drop_expired(List& closing);
  List take_latest(const std::string& key);

  const Limits limits_;
  std::mutex mutex_;
  List idle_;  // the longest idle first
};

}  // namespace roomle_sim
